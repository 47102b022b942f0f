"""Inverses, determinants, linear systems."""
import numpy as np
from differential.mindir import N
from differential.mindir_operators.formulas import floats


def rows():
    random = np.random.default_rng(41)
    x, right = floats(random, 2, 3, 4, 4), floats(random, 2, 3, 4, 2)
    x[0, 0, 0, 0] = 0  # a pivot that stands below
    exact = x.astype(np.float64)
    f32 = lambda array: np.asarray(array).astype(np.float32)
    inverse = np.linalg.inv(exact)
    yield N("MatrixInverse", x, adjoint=False), f32(inverse)
    yield N("MatrixInverse", x, adjoint=True), f32(np.swapaxes(inverse, -1, -2))
    yield N("MatrixInverse", exact), inverse
    yield N("MatrixInverseExt", np.float32([[4]])), np.float32([[0.25]])
    yield N("MatrixDeterminant", x), f32(np.linalg.det(exact))
    sign, size = np.linalg.slogdet(exact)
    yield N("LogMatrixDeterminant", x), {0: f32(sign), 1: f32(size)}
    yield N("MatrixSolve", x, right, adjoint=False), f32(np.linalg.solve(exact, right))
    yield N("MatrixSolve", x, right, adjoint=True), f32(np.linalg.solve(np.swapaxes(exact, -1, -2), right))
    square = x[0, 1] + 3 * np.eye(4, dtype=np.float32)
    for lower, triangle in ((True, np.tril(square)), (False, np.triu(square))):
        yield N("SolveTriangular", square, right[0, 0], 0, lower, False), f32(np.linalg.solve(triangle.astype(np.float64), right[0, 0]))
        yield N("SolveTriangular", square, right[0, 0, :, 0].copy(), 1, lower, False), f32(np.linalg.solve(triangle.T.astype(np.float64), right[0, 0, :, 0]))
        unit = triangle - np.diag(np.diag(triangle)) + np.eye(4)
        yield N("SolveTriangular", square, right[0, 0], 0, lower, True), f32(np.linalg.solve(unit, right[0, 0]))
    definite = exact @ np.swapaxes(exact, -1, -2) + np.eye(4)
    triangle = np.linalg.cholesky(f32(definite).astype(np.float64))
    yield N("Cholesky", f32(definite), False), f32(triangle)
    yield N("Cholesky", f32(definite), True), f32(np.swapaxes(triangle, -1, -2))
    for lower, factor in ((True, triangle), (False, np.swapaxes(triangle, -1, -2))):
        yield N("MatrixTriangularSolve", f32(factor), right, lower=lower, adjoint=False), f32(np.linalg.solve(factor, right))
        yield N("MatrixTriangularSolve", f32(factor), right, lower=lower, adjoint=True), f32(np.linalg.solve(np.swapaxes(factor, -1, -2), right))
        yield N("CholeskySolve", right, f32(factor), upper=not lower), f32(np.linalg.solve(triangle @ np.swapaxes(triangle, -1, -2), right))
        yield N("CholeskyInverse", f32(factor[0, 0]), upper=not lower), f32(np.linalg.inv(triangle[0, 0] @ triangle[0, 0].T))
    for n in (-2, 0, 1, 5):
        yield N("MatrixPower", f32(exact / 2), n=n), f32(np.linalg.matrix_power(exact / 2, n))
