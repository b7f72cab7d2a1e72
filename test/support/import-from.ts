import { letInto, runCommand } from './command.ts'
import { runbookText } from './runbook-text.ts'
import { adminToken, type Runner } from './runner.ts'

/** A runbook that takes a name. */
export const greets = runbookText(`output('Hello ' + parameters.name)`, { declares: 'parameters: z.object({ name: z.string() }),' })

/** What an import says for programs. */
export type ImportReport = {
	from: string
	dryRun: boolean
	entries: { kind: string; name: string; action: string; file?: string; notes: string[] }[]
}

/** Runs an import from a place into a runner; resolves with its report. */
export async function importFrom(from: { url: string }, { runner, folder }: { runner: Runner; folder: string }, ...words: string[]) {
	const environment = { ...letInto(runner), RUNHOOK_FROM_TOKEN: adminToken }
	const given = ['import', '--from-azure', '--from-endpoint', from.url, '--folder', folder, ...words]
	const { code, stdout, stderr } = await runCommand(given, { environment })
	return { code, stderr, report: (stdout.startsWith('{') ? JSON.parse(stdout) : undefined) as ImportReport, stdout }
}
/** `create runbook x` for each entry. */
export const shortReport = ({ entries }: ImportReport) => entries.map(({ action, kind, name }) => `${action} ${kind} ${name}`)
