// Prints the milliseconds from the import of the package to the first result.

const start = performance.now();
const { AvgPool2d, Tensor } = await import('avgpool');
new AvgPool2d(2).forward(Tensor.ones([1, 4, 4]));
console.log(performance.now() - start);
