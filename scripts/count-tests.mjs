// A reporter for Vitest. It names the skipped tests, and its last line counts all tests for scripts/test.mjs.

/** Whether a run of Vitest has a filter for names or tags. */
export const isFiltered = ({ config }) => Boolean(config.testNamePattern || config.tagsFilter?.length);

export default class CountTests {
  onInit(vitest) {
    this.isFiltered = isFiltered(vitest);
    this.logger = vitest.logger;
  }

  onTestRunEnd(modules) {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const test of modules.flatMap((module) => [...module.children.allTests()])) {
      const { state, note } = test.result();
      // A filter skips tests too, without a note.
      if (state !== 'skipped' || note || !this.isFiltered) {
        counts[state] += 1;
      }
      if (note) {
        this.logger.log(`\u001b[33mSKIPPED: ${test.fullName}: ${note}\u001b[0m`);
      }
    }
    if (Object.values(counts).every((count) => count === 0)) {
      this.logger.error('No test has this name or tag.');
      process.exitCode = 1;
    }
    this.logger.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  }
}
