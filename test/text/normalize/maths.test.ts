import { expect } from 'chai';
import { sayMaths } from '../../../lib/text/normalize/maths.js';

const FORMULAS: readonly (readonly [latex: string, words: string])[] = [
  ['E = mc^2', 'E equals m c squared'],
  ['\\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a}', 'minus b plus or minus the square root of b squared minus 4 a c over 2 a'],
  ['\\frac 1 2', '1 over 2'],
  ['\\sum_{i=1}^{n} i^3', 'the sum from i equals 1 to n of i cubed'],
  ['\\sum_i x_i', 'the sum over i of x sub i'],
  ['\\int_0^\\infty e^{-x}\\,dx', 'the integral from 0 to infinity of e to the power of minus x d x'],
  ['\\lim_{x \\to 0} \\frac{\\sin x}{x}', 'the limit as x approaches 0 of sine x over x'],
  ['x_i^2 + y_{12}', 'x sub i squared plus y sub 12'],
  ['P(A|B)', 'P(A given B)'],
  ['|x| \\le 5', 'the absolute value of x, is at most 5'],
  ['\\sqrt[3]{8} \\neq \\sqrt[n]{x}', 'the cube root of 8 is not equal to the nth root of x'],
  ['90^\\circ', '90 degrees'],
  ['A^T B^{-1}', 'A transpose B to the power of minus 1'],
  ["f'(x)", 'f prime (x)'],
  ['\\hat{y} = \\vec{w} \\cdot x', 'y hat equals vector w times x'],
  ['\\Delta x \\in \\mathbb{R}', 'capital delta x is in the real numbers'],
  ['\\text{Speed in } \\mathrm{km}', 'Speed in km'],
  ['\\left( \\frac{a}{b} \\right)^{10}', '(a over b) to the power of 10'],
  ['\\begin{cases} 1 & x > 0 \\\\ 0 & \\text{else} \\end{cases}', '1 x is greater than 0, 0 else'],
  ['n! \\binom{n}{k}', 'n factorial n choose k'],
  ['3.5 \\times 10^6', '3.5 times 10 to the power of 6'],
  ['\\unknown{x}', 'unknown x'],
  ['{{}', ''],
  ['}}x{', 'x'],
  ['\\frac', 'over'],
  ['', ''],
];

describe('sayMaths', () => {
  for (const [latex, words] of FORMULAS) {
    it(`says ${latex || 'nothing for nothing'}`, () => {
      expect(sayMaths(latex)).to.equal(words);
    });
  }

  it('leaves out what is nested deeper than anybody could follow', () => {
    expect(sayMaths(`x + ${'\\sqrt{'.repeat(1_000)}y`)).to.match(/^x plus the square root of .{0,1000}$/);
    expect(sayMaths(`x + ${'\\sqrt['.repeat(1_000)}y`)).to.match(/^x plus /);
  });
});
