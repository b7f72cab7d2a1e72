import { type Command, Option } from 'commander'
import { UsageError } from './usage-error.ts'

export type WaitingOptions = { priority?: string; concurrencyKey?: string; concurrency?: string; overflow?: string }

/** Gives a command the options {@link readWaiting} reads. */
export function withWaiting(command: Command): Command {
	return command
		.option('--priority <number>', 'of the jobs that wait the higher ones go first; from -100 to 100')
		.option('--concurrency-key <path>', 'jobs with the same value share slots: body.<member>.<member> or header.<name>')
		.option('--concurrency <count>', 'how many of a key, without one of the webhook, run at once')
		.addOption(
			new Option('--overflow <rule>', 'what becomes of a call when as many wait or run').choices(['queue', 'reject', 'skip', 'replace']),
		)
}

/** What options say of how a webhook's jobs wait, as the API takes it. Throws a UsageError. */
export function readWaiting({ priority, concurrencyKey, concurrency, overflow }: WaitingOptions): Record<string, unknown> {
	return {
		...(priority === undefined ? {} : { priority: readNumber('--priority', priority) }),
		...(concurrencyKey === undefined ? {} : { concurrencyKey }),
		...(concurrency === undefined ? {} : { concurrency: readNumber('--concurrency', concurrency) }),
		...(overflow === undefined ? {} : { overflow }),
	}
}

/** The server says which numbers are allowed. */
function readNumber(option: string, text: string): number {
	if (!/^-?\d{1,9}$/.test(text)) throw new UsageError(`${option} ${text}: give a whole number.`)
	return Number(text)
}

/** How a webhook's jobs wait as the API shows it, a line each. */
export function waitingTexts(properties: Record<string, unknown>): string[] {
	const { priority, concurrencyKey, concurrency, overflow } = properties as {
		priority?: number
		concurrencyKey?: string | null
		concurrency?: number | null
		overflow?: string
	}
	const shares = concurrencyKey != null || concurrency != null || (overflow ?? 'queue') !== 'queue'
	return [
		...(priority ? [`priority ${priority}`] : []),
		...(shares
			? [`at most ${concurrency ?? 1} at a time${concurrencyKey == null ? '' : ` of the same ${concurrencyKey}`}, overflow ${overflow}`]
			: []),
	]
}
