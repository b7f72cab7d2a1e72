import { randomUUID } from 'node:crypto'
import type { AutomationModels } from '@azure/arm-automation'
import { Command } from 'commander'
import { bodyOf, readList } from '../api-client.ts'
import { type CommandContext, onAccount, type Session, show } from '../command-context.ts'
import { addDelete } from '../delete-command.ts'
import { type ParameterOptions, readParameters, withParameters } from '../parameters.ts'
import { limitOption, showList } from '../show-list.ts'
import { type Column, facts, parameterFacts } from '../table.ts'
import { localTime } from '../time-text.ts'
import { UsageError } from '../usage-error.ts'

type JobSchedule = AutomationModels.JobSchedule
/** What the client knows nothing of. */
type Failing = { properties: { lastFailure?: { time: string; message: string } | null } }
type CreateOptions = ParameterOptions & { schedule: string; runbook: string }
type ListOptions = { schedule?: string; runbook?: string; limit: number }

/** `runhook job-schedule …` */
export function jobScheduleCommand(context: CommandContext): Command {
	const group = new Command('job-schedule').description('which schedule starts which runbook, with which parameters')
	withParameters(group.command('create'))
		.description('link a schedule and a runbook')
		.requiredOption('--schedule <name>', 'the schedule')
		.requiredOption('--runbook <name>', 'the runbook that it starts')
		.action(onAccount<CreateOptions, []>(context, createJobSchedule))
	group
		.command('list')
		.description('list job schedules')
		.option('--schedule <name>', 'those of one schedule')
		.option('--runbook <name>', 'those of one runbook')
		.addOption(limitOption())
		.action(onAccount<ListOptions, []>(context, listJobSchedules))
	group
		.command('show <id>')
		.description('show a job schedule')
		.action(
			onAccount(context, async (session, [id]) => {
				showJobSchedule(session, await session.account.client.jobSchedule.get(...session.account.names, checkId(id)))
				return undefined
			}),
		)
	addDelete(group, context, {
		what: 'job schedule',
		consequence: 'its schedule starts its runbook no longer',
		act: ({ client, names }, id) => client.jobSchedule.deleteMethod(...names, id),
		argument: { name: 'id', check: checkId },
	})
	return group
}

/** Throws a UsageError: whoever gives the name of a schedule here would else be told that there is none of it. */
function checkId(id: string): string {
	if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id))
		throw new UsageError(`'${id}' is not the id of a job schedule: that is a GUID.`, "'runhook job-schedule list' shows them.")
	return id
}

async function createJobSchedule(session: Session, _args: [], { schedule, runbook, ...options }: CreateOptions): Promise<undefined> {
	const { client, names } = session.account
	const parameters = readParameters(options)
	const request = { schedule: { name: schedule }, runbook: { name: runbook }, ...(parameters ? { parameters } : {}) }
	showJobSchedule(session, await client.jobSchedule.create(...names, randomUUID(), request))
	return undefined
}

async function listJobSchedules(session: Session, _args: [], { schedule, runbook, limit }: ListOptions): Promise<undefined> {
	const { client, names } = session.account
	const terms = Object.entries({ schedule, runbook }).filter(([, name]) => name !== undefined)
	const filter = terms.map(([what, name]) => `properties/${what}/name eq '${name!.replaceAll("'", "''")}'`).join(' and ')
	const list = await readList(session.account, limit, {
		first: () => client.jobSchedule.listByAutomationAccount(...names, filter === '' ? {} : { filter }),
		next: (link) => client.jobSchedule.listByAutomationAccountNext(link),
	})
	const items = list.items.map((item, index) => ({ ...item, failure: (list.bodies[index] as Failing).properties.lastFailure }))
	const columns: Column<(typeof items)[number]>[] = [
		{ heading: 'id', text: ({ jobScheduleId }) => jobScheduleId ?? '' },
		{ heading: 'schedule', text: ({ schedule }) => schedule?.name ?? '' },
		{ heading: 'runbook', text: ({ runbook }) => runbook?.name ?? '' },
		{ heading: 'last failure', text: ({ failure }) => failure?.message ?? '', format: () => 'red' },
	]
	showList(session, { ...list, items }, { columns, empty: 'There are no job schedules.' })
	return undefined
}

function showJobSchedule(session: Session, jobSchedule: JobSchedule & Parameters<typeof bodyOf>[0]): void {
	const body = bodyOf(jobSchedule) as Failing
	const { lastFailure } = body.properties
	show(session, body, () =>
		facts(session.terminal, [
			['Id', jobSchedule.jobScheduleId],
			['Schedule', jobSchedule.schedule?.name],
			['Runbook', jobSchedule.runbook?.name],
			['Last failure', lastFailure && `${localTime(new Date(lastFailure.time))}: ${lastFailure.message}`, 'red'],
			...parameterFacts(jobSchedule.parameters),
		]),
	)
}
