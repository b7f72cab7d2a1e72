import { inspect, types } from 'node:util'
import { EXCEPTION_LENGTH_MAX } from '../limits.ts'

const runnerUrl = new URL('../', import.meta.url).href
const CAUSES_MAX = 10

/** A thrown value as the job's exception: message and stack without the runner's own frames, and what caused it. Never throws. */
export function exceptionText(thrown: unknown): string {
	const texts: string[] = []
	const seen = new Set<unknown>()
	for (let at = thrown; !seen.has(at) && seen.size < CAUSES_MAX; ) {
		seen.add(at)
		const { text, cause } = described(at)
		texts.push(text)
		if (cause === undefined) break
		at = cause
	}
	return texts.join('\nCaused by: ').slice(0, EXCEPTION_LENGTH_MAX)
}

/** A value that anyone made may throw wherever it is touched. */
function described(thrown: unknown): { text: string; cause?: unknown } {
	try {
		if (!types.isNativeError(thrown) && !(thrown instanceof Error))
			return { text: `The runbook threw what is no Error: ${inspect(thrown, { maxStringLength: Infinity })}` }
		return { text: stackText(thrown) + permissionHint(thrown), cause: thrown.cause }
	} catch {
		return { text: 'The runbook threw something that cannot be shown.' }
	}
}

const permissionMembers: Record<string, string> = {
	FileSystemRead: 'read',
	FileSystemWrite: 'write',
	ChildProcess: 'childProcess',
	Addon: 'addons',
	Addons: 'addons',
}

/** What an author does where Node names an option of its own that a runbook cannot give. */
function permissionHint(error: Error & { code?: unknown; permission?: unknown; resource?: unknown }): string {
	const { code, permission, resource } = error
	const member = permissionMembers[String(permission)]
	if (code !== 'ERR_ACCESS_DENIED' || member === undefined) return ''
	const value = member === 'read' || member === 'write' ? `[${JSON.stringify(String(resource ?? 'path'))}]` : 'true'
	return `\nDeclare it in the runbook: permissions: { ${member}: ${value} }.`
}

function stackText(error: Error): string {
	const summary = `${error.name}: ${error.message}`
	if (typeof error.stack !== 'string') return summary
	const lines = error.stack
		.split('\n')
		.filter((line) => !(/^\s+at /.test(line) && (line.includes('node:internal') || line.includes(runnerUrl))))
	const stack = lines.join('\n')
	if (stack.includes(error.message)) return stack
	// The message was changed after the stack had been written.
	return [summary, ...lines.filter((line) => /^\s+at /.test(line))].join('\n')
}
