import { Command } from 'commander'
import type { StorageOrder } from '../../storage/storage-order.ts'
import { type CommandContext, type GlobalOptions, show } from '../command-context.ts'
import { manageStorage, type StorageEnd } from '../manage-storage.ts'
import { facts, table } from '../table.ts'
import type { Terminal } from '../terminal.ts'

const places = 'a data folder, a postgres://… URL, or env: and the name of a variable that has one'

/** `runhook storage …`, which works on stores on this machine and asks no server. */
export function storageCommand(context: CommandContext): Command {
	const group = new Command('storage').description('what is kept: copy it to another place, back it up')
	group
		.command('copy')
		.description('copy all that is kept into an empty store, of SQLite or PostgreSQL; no runner may use either')
		.requiredOption('--from <place>', `${places}; or a backup`)
		.requiredOption('--to <place>', places)
		.option('--stop-jobs', 'in the copy, jobs that have not ended are Stopped: for a backup whose jobs have run since')
		.action((_options: unknown, command: Command) => {
			const { from, to, stopJobs = false } = command.optsWithGlobals() as { from: string; to: string; stopJobs?: boolean }
			warnOfPassword(context.terminal, [from, to])
			return manage({ kind: 'copy', from, to, stopJobs }, { context, command })
		})
	group
		.command('backup')
		.description('write a data folder’s store into a new file, while its runner goes on')
		.requiredOption('--to <file>', 'a file that is not there yet')
		.option('--from <folder>', 'the data folder; RUNHOOK_DATA_DIR, else ./data')
		.action((_options: unknown, command: Command) => {
			const { from, to } = command.optsWithGlobals() as { from?: string; to: string }
			return manage({ kind: 'backUp', from, to }, { context, command })
		})
	return group
}

async function manage(order: StorageOrder, { context, command }: { context: CommandContext; command: Command }): Promise<void> {
	const { terminal, environment } = context
	const end = await manageStorage(order, { terminal, environment })
	if (typeof end === 'number') {
		process.exitCode = end
		return
	}
	const mode = terminal.modeOf((command.optsWithGlobals() as GlobalOptions).output)
	const { kind: _kind, ...body } = end
	show({ terminal, mode }, body, () => endText(terminal, end))
	if (mode === 'table') for (const sentence of end.takeAlong) terminal.note(sentence)
}

function endText(terminal: Terminal, end: StorageEnd): string {
	if (end.kind === 'backedUp')
		return facts(terminal, [
			['File', end.file],
			['Bytes', String(end.bytes)],
		])
	const { tables, stoppedJobCount, changedTextCount } = end
	const counts = table(terminal, tables, [
		{ heading: 'table', text: ({ name }) => name },
		{ heading: 'rows', text: ({ count }) => String(count) },
	])
	const told: string[] = []
	if (stoppedJobCount > 0) told.push(`Jobs stopped: ${stoppedJobCount}`)
	if (changedTextCount > 0)
		told.push(`Texts in which the character 0 is U+FFFD now, because PostgreSQL cannot hold it: ${changedTextCount}`)
	return [counts, ...told].join('\n')
}

/** What stands among the arguments can be read by everybody on the machine. */
function warnOfPassword(terminal: Terminal, given: string[]): void {
	if (given.some((place) => /:\/\/[^/@]*:[^/@]*@|[?&]password=/i.test(place)))
		terminal.note(
			`${terminal.paintNote('yellow', 'Warning:')} a password among the arguments can be read by everybody on this machine: set a variable to the URL, and name it as env:RUNHOOK_DATABASE_URL.`,
		)
}
