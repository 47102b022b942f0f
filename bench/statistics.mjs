// Times in milliseconds, as every command of this project reports them.

const rounded = value => Math.round(value * 1000) / 1000;
const quantile = (sorted, q) => rounded(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]);

/** Median, least and 95th percentile of some times. */
export function summarise(times) {
  const sorted = [...times].sort((x, y) => x - y);
  return { medianMs: quantile(sorted, 0.5), minMs: quantile(sorted, 0), p95Ms: quantile(sorted, 0.95) };
}

export { rounded };
