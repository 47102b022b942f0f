/** Insertions, removals, replacements and swaps of neighbours that turn one text into the other (Damerau-Levenshtein). */
function distance(a: string, b: string): number {
  const rows: number[][] = [[...Array(b.length + 1).keys()]];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, replaced);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], rows[i - 2][j - 2] + 1);
    }
    rows.push(row);
  }
  return rows[a.length][b.length];
}

/** Those of `names` that `name` is most likely a slip of: at most three, none when all are too far away. */
export function nearestNames(name: string, names: readonly string[]): string[] {
  const most = Math.max(1, Math.floor(name.length / 2)), wanted = name.slice(0, 255).toLowerCase();
  const near = names.map(known => ({ known, away: distance(wanted, known.toLowerCase()) }));
  const least = Math.min(...near.map(({ away }) => away));
  return least > most ? [] : near.filter(({ away }) => away === least).slice(0, 3).map(({ known }) => known);
}
