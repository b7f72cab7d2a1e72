import type { AutomationModels } from '@azure/arm-automation'
import { Command } from 'commander'
import { bodyOf, checkName, readList } from '../api-client.ts'
import { type CommandContext, onAccount, type Session, show } from '../command-context.ts'
import { type ParameterOptions, readParameters, withParameters } from '../parameters.ts'
import { limitOption, showList } from '../show-list.ts'
import { startJob } from '../start-job.ts'
import { type Column, facts, table } from '../table.ts'
import { testRunbook } from '../test-runbook.ts'
import { localTime } from '../time-text.ts'
import { watchJob } from '../watch-job.ts'

type Runbook = AutomationModels.Runbook
/** A runner says of a runbook that it cannot start why that is; the client knows of no such member. */
type Faulty = { properties: { fault?: string } }
type TestOptions = ParameterOptions & { request?: string; output?: 'table' | 'json' }

/** `runhook runbook …` */
export function runbookCommand(context: CommandContext): Command {
	const group = new Command('runbook').description('what there is to run')
	group
		.command('list')
		.description('list runbooks')
		.addOption(limitOption())
		.action(onAccount<{ limit: number }, []>(context, listRunbooks))
	group
		.command('show <name>')
		.description('show a runbook and its parameters')
		.action(
			onAccount(context, async (session, [name]) => {
				const runbook = await session.account.client.runbook.get(...session.account.names, checkName(name))
				const body = bodyOf(runbook) as Faulty
				show(session, body, () => runbookText(session, runbook, body.properties.fault))
				return undefined
			}),
		)
	withParameters(group.command('run <name>'))
		.description('start a runbook and follow it until it ends; the exit code tells how')
		.action(
			onAccount<ParameterOptions>(context, async (session, [name], options) => {
				const { jobId = '' } = await startJob(session.account, name, readParameters(options))
				if (session.mode === 'table') session.terminal.note(`Job ${jobId} was started.`)
				return watchJob(session.account, jobId, session)
			}),
		)
	withParameters(group.command('test <file>'))
		.description('run a file here, without a server, as the server would')
		.option('--request <file>', 'a recorded webhook call: WebhookData as JSON, a raw HTTP request, or a body')
		.action(async (file: string, _options: unknown, command: Command) => {
			const options = command.optsWithGlobals() as TestOptions
			const { terminal, environment } = context
			const test = { file, parameters: readParameters(options) ?? {}, request: options.request }
			process.exitCode = await testRunbook(test, { terminal, mode: terminal.modeOf(options.output), environment })
		})
	return group
}

async function listRunbooks(session: Session, _args: [], { limit }: { limit: number }): Promise<undefined> {
	const { account } = session
	const list = await readList(account, limit, {
		first: () => account.client.runbook.listByAutomationAccount(...account.names),
		next: (link) => account.client.runbook.listByAutomationAccountNext(link),
	})
	const items = list.items.map((item, index) => ({ ...item, fault: (list.bodies[index] as Faulty).properties.fault }))
	const columns: Column<(typeof items)[number]>[] = [
		{ heading: 'name', text: ({ name }) => name ?? '' },
		{ heading: 'type', text: ({ runbookType }) => runbookType ?? '' },
		{ heading: 'state', text: ({ state }) => state ?? '' },
		{ heading: 'changed', text: ({ lastModifiedTime }) => localTime(lastModifiedTime) },
		{
			heading: 'description',
			text: ({ description, fault }) => (fault ? `Cannot be started: ${fault}` : (description ?? '')),
			format: ({ fault }) => (fault ? 'red' : undefined),
		},
	]
	showList(session, { ...list, items }, { columns, empty: 'There are no runbooks.' })
	return undefined
}

function runbookText({ terminal }: Session, runbook: Runbook, fault: string | undefined): string {
	const parameters = Object.entries(runbook.parameters ?? {}).sort(([, one], [, other]) => (one.position ?? 0) - (other.position ?? 0))
	const text = facts(terminal, [
		['Name', runbook.name],
		['Description', runbook.description],
		['Fault', fault, 'red'],
		['Type', runbook.runbookType],
		['State', runbook.state],
		['Changed', localTime(runbook.lastModifiedTime)],
		['Keeps', [runbook.logVerbose ? 'Verbose' : '', runbook.logProgress ? 'Progress' : ''].filter(Boolean).join(', ')],
	])
	if (parameters.length === 0) return fault ? text : `${text}\nIt takes no parameters.`
	const columns: Column<(typeof parameters)[number]>[] = [
		{ heading: 'parameter', text: ([name]) => name },
		{ heading: 'type', text: ([, { type }]) => type ?? '' },
		{ heading: 'mandatory', text: ([, { isMandatory }]) => (isMandatory ? 'yes' : 'no') },
		{ heading: 'default', text: ([, { defaultValue }]) => defaultValue ?? '' },
	]
	return `${text}\n\n${table(terminal, parameters, columns)}`
}
