import type { Log, LogFields } from '../../src/log.ts'

/** A log that keeps its lines instead of writing them. */
export function keptLog(): Log & { lines: { level: string; message: string; fields: LogFields }[] } {
	const lines: { level: string; message: string; fields: LogFields }[] = []
	const keep =
		(level: string) =>
		(message: string, fields: LogFields = {}) =>
			void lines.push({ level, message, fields })
	const log: Log = { error: keep('error'), warn: keep('warn'), info: keep('info'), debug: keep('debug'), part: () => log }
	return { ...log, lines }
}
