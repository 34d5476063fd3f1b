/** The parts of vitest's JSON report that are counted. */
export interface TestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
}
export declare function closingLine(results: TestReport, seconds: number): string;
