const colors: Record<string, number> = { trace: 90, debug: 36, info: 32, warn: 33, error: 31, fatal: 35 };
const own = new Set(['level', 'time', 'pid', 'hostname', 'name', 'msg', 'err']);

interface LoggedError {
  type?: string;
  message?: string;
  stack?: string;
  code?: string;
  hint?: string;
}

/** Turns one JSON line of pino into "12:00:01.123 INFO trainer-0: message key=value"; an error adds its hint or stack. */
export function prettyLine(json: string, color: boolean): string {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(json) as Record<string, unknown>;
  } catch {
    return json;
  }
  const paint = (text: string, code: number) => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
  const level = String(entry['level']);
  const time = String(entry['time']).slice(11, 23);
  const fields = Object.entries(entry)
    .filter(([key]) => !own.has(key))
    .map(
      ([key, value]) =>
        ` ${paint(`${key}=`, 90)}${typeof value === 'string' ? value : JSON.stringify(value)}`,
    )
    .join('');
  const heading = `${paint(time, 90)} ${paint(level.toUpperCase().padEnd(5), colors[level] ?? 0)} ${String(entry['name'])}:`;
  return `${heading} ${String(entry['msg'] ?? '')}${fields}\n${errorLines(entry['err'] as LoggedError | undefined)}`;
}

/** Errors with a hint were written for people: no stack. Others are bugs: the stack. */
function errorLines(error: LoggedError | undefined): string {
  if (!error) return '';
  if (error.hint === undefined) return `  ${(error.stack ?? error.message ?? '').replaceAll('\n', '\n  ')}\n`;
  return `  ${error.code ?? error.type ?? 'Error'}: ${error.message ?? ''}\n  hint: ${error.hint}\n`;
}
