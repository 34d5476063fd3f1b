export declare const ENTRIES: readonly string[];
export declare function translated(entry: string): Promise<string>;
