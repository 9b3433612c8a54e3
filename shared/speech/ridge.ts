// Linear regression that prefers small weights. Pure arithmetic; it does not know what is predicted.

export interface RidgeSums {
  /** Adds one observation with its weight. Lengths are those given at creation. */
  add(inputs: ArrayLike<number>, targets: ArrayLike<number>, weight?: number): void;
  /**
   * Weights of the best fit, one row per target: `inputs` values, then the constant. `strength` >= 0 is the
   * penalty on the square of the weights per unit of observation weight; the constant is free.
   */
  solve(strength: number): Float64Array[];
}

/**
 * A. Hoerl and R. Kennard, "Ridge regression: biased estimation for nonorthogonal problems", Technometrics 12,
 * 1970: (X'X + kI) w = X'y on centred data, solved by Cholesky's decomposition. Only the sums are kept, so the
 * number of observations is not limited by memory.
 */
export function createRidge(inputs: number, targets: number): RidgeSums {
  const size = inputs;
  const products = new Float64Array(size * size);
  const cross = new Float64Array(size * targets);
  const inputSums = new Float64Array(size);
  const targetSums = new Float64Array(targets);
  let total = 0;
  return {
    add(x, y, weight = 1) {
      total += weight;
      for (let i = 0; i < size; i++) {
        const value = x[i]! * weight;
        inputSums[i]! += value;
        for (let j = 0; j <= i; j++) products[i * size + j]! += value * x[j]!;
        for (let t = 0; t < targets; t++) cross[i * targets + t]! += value * y[t]!;
      }
      for (let t = 0; t < targets; t++) targetSums[t]! += weight * y[t]!;
    },
    solve(strength) {
      if (total === 0) return Array.from({ length: targets }, () => new Float64Array(size + 1));
      const matrix = new Float64Array(size * size);
      for (let i = 0; i < size; i++)
        for (let j = 0; j <= i; j++)
          matrix[i * size + j] = products[i * size + j]! - (inputSums[i]! * inputSums[j]!) / total;
      for (let i = 0; i < size; i++) matrix[i * size + i]! += strength * total + 1e-9;
      decompose(matrix, size);
      return Array.from({ length: targets }, (_, t) => {
        const right = new Float64Array(size);
        for (let i = 0; i < size; i++)
          right[i] = cross[i * targets + t]! - (inputSums[i]! * targetSums[t]!) / total;
        const weights = substitute(matrix, right, size);
        let constant = targetSums[t]! / total;
        for (let i = 0; i < size; i++) constant -= (weights[i]! * inputSums[i]!) / total;
        const row = new Float64Array(size + 1);
        row.set(weights);
        row[size] = constant;
        return row;
      });
    },
  };
}

/** The lower triangle of `matrix` becomes L with L L' = matrix. */
function decompose(matrix: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[i * size + k]! * matrix[j * size + k]!;
      matrix[i * size + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / matrix[j * size + j]!;
    }
  }
}

/** Solves L L' w = right. */
function substitute(lower: Float64Array, right: Float64Array, size: number): Float64Array {
  const w = Float64Array.from(right);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) w[i]! -= lower[i * size + k]! * w[k]!;
    w[i]! /= lower[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) w[i]! -= lower[k * size + i]! * w[k]!;
    w[i]! /= lower[i * size + i]!;
  }
  return w;
}
