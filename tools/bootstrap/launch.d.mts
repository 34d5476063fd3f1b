export declare const repoRoot: string;
export declare function nodeProblem(version: string): string | undefined;
