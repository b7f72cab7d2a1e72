import { text as readText } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { AutomationModels } from '@azure/arm-automation'
import { Command } from 'commander'
import { bodyOf, checkName, readList } from '../api-client.ts'
import { type CommandContext, onAccount, type Session, show } from '../command-context.ts'
import { detailsOf } from '../job-end.ts'
import { type JobFilterOptions, jobFilter } from '../job-filter.ts'
import { type ParameterOptions, readParameters, withParameters } from '../parameters.ts'
import { getStream } from '../server-request.ts'
import { limitOption, showList } from '../show-list.ts'
import { startJob } from '../start-job.ts'
import { type Column, facts, parameterFacts } from '../table.ts'
import { type Format, harmless } from '../terminal.ts'
import { durationText, localTime } from '../time-text.ts'
import { watchJob } from '../watch-job.ts'

type Job = AutomationModels.Job
type JobItem = AutomationModels.JobCollectionItem
type Waiting = { properties: { jobId: string; statusDetails?: string } }

/** `runhook job …` */
export function jobCommand(context: CommandContext): Command {
	const group = new Command('job').description('runs of runbooks')
	withParameters(group.command('start <runbook>'))
		.description('start a runbook and return at once')
		.action(
			onAccount<ParameterOptions>(context, async (session, [runbook], options) => {
				const job = await startJob(session.account, runbook, readParameters(options))
				show(session, bodyOf(job), () => jobText(session, job))
				if (session.mode === 'table') session.terminal.note(`Follow it: runhook job watch ${job.jobId}`)
				return undefined
			}),
		)
	group
		.command('list')
		.description('list jobs, the latest first')
		.option('--runbook <name>', 'those of one runbook')
		.option('--status <status>', 'those of one status, such as Running or Failed')
		.option('--started-after <when>', 'a duration ago (2h, 7d) or a date (2027-01-31, 2027-01-31T18:00:00Z)')
		.option('--ended-before <when>', 'the same')
		.addOption(limitOption())
		.action(onAccount<JobFilterOptions & { limit: number }, []>(context, listJobs))
	group
		.command('show <job>')
		.description('show a job')
		.action(
			onAccount(context, async (session, [name]) => {
				await showJob(session, name)
				return undefined
			}),
		)
	group
		.command('output <job>')
		.description('print what a job wrote to its Output stream')
		.action(onAccount(context, (session, [name], { output }) => printOutput(session, name, output === 'json')))
	group
		.command('watch <job>')
		.description("follow a job's streams until it ends; the exit code tells how")
		.action(onAccount(context, (session, [name]) => watchJob(session.account, checkName(name), session)))
	const actions = { stop: 'end a job', suspend: 'hold a job that still waits', resume: 'let a suspended job go on' } as const
	for (const action of ['stop', 'suspend', 'resume'] as const)
		group
			.command(`${action} <job>`)
			.description(actions[action])
			.action(
				onAccount(context, async (session, [name]) => {
					const { client, names } = session.account
					await client.job[action](...names, checkName(name))
					await showJob(session, name)
					return undefined
				}),
			)
	return group
}

async function listJobs(session: Session, _args: [], options: JobFilterOptions & { limit: number }): Promise<undefined> {
	const { account, now } = session
	const filter = jobFilter(options, now)
	const list = await readList(account, options.limit, {
		first: () => account.client.job.listByAutomationAccount(...account.names, filter === undefined ? {} : { filter }),
		next: (link) => account.client.job.listByAutomationAccountNext(link),
	})
	// The client drops what Azure's lists have not.
	const waits = new Map((list.bodies as Partial<Waiting>[]).map(({ properties }) => [properties?.jobId, properties]))
	const columns: Column<JobItem>[] = [
		{ heading: 'job', text: ({ jobId }) => jobId ?? '' },
		{ heading: 'runbook', text: (job) => job.runbook?.name ?? '' },
		{ heading: 'status', text: ({ status }) => status ?? '', format: ({ status }) => formatOf(status) },
		{ heading: 'created', text: ({ creationTime }) => localTime(creationTime) },
		{ heading: 'took', text: ({ startTime, endTime }) => durationText(startTime, endTime) },
		{ heading: 'details', text: ({ jobId }) => detailsOf(waits.get(jobId)?.statusDetails) ?? '' },
	]
	showList(session, list, { columns, empty: 'There are no such jobs.' })
	return undefined
}

async function showJob(session: Session, name: string): Promise<void> {
	const { client, names } = session.account
	const job = await client.job.get(...names, checkName(name))
	show(session, bodyOf(job), () => jobText(session, job))
}

/** The text as it is, in every mode but the one for programs that was asked for by name. */
async function printOutput({ account, terminal }: Session, name: string, asJson: boolean): Promise<undefined> {
	const { body } = await getStream(account, { path: `/jobs/${encodeURIComponent(checkName(name))}/output` })
	if (asJson) terminal.print(JSON.stringify(await readText(body)))
	else if (terminal.stdout.isTTY) for await (const chunk of body.setEncoding('utf8')) terminal.stdout.write(harmless(chunk as string))
	else await pipeline(body, terminal.stdout as NodeJS.WriteStream, { end: false })
	return undefined
}

function formatOf(status: string | undefined): Format | undefined {
	if (status === 'Completed') return 'green'
	if (status === 'Failed') return 'red'
	return ['Stopped', 'Stopping', 'Suspended', 'Suspending'].includes(status ?? '') ? 'yellow' : undefined
}

function jobText({ terminal }: Session, job: Job): string {
	const { status, statusDetails, parameters } = job
	return facts(terminal, [
		['Job', job.jobId],
		['Runbook', job.runbook?.name],
		['Status', status, formatOf(status)],
		['Details', detailsOf(statusDetails)],
		['Started by', job.startedBy],
		['Created', localTime(job.creationTime)],
		['Started', localTime(job.startTime)],
		['Ended', localTime(job.endTime)],
		['Took', durationText(job.startTime, job.endTime)],
		...parameterFacts(parameters),
		['Exception', job.exception],
	])
}
