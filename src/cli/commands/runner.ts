import { Command } from 'commander'
import { type CommandContext, onAccount, type Session, show } from '../command-context.ts'
import { readOwnList, send } from '../server-request.ts'
import { limitOption, showList } from '../show-list.ts'
import { type Column, facts } from '../table.ts'
import { localTime } from '../time-text.ts'
import { UsageError } from '../usage-error.ts'

type Runner = {
	name: string
	properties: {
		workerName: string
		version: string
		runningJobCount: number
		jobCountMax: number
		registeredDateTime: string
		lastSeenDateTime: string
		drainingTime: string | null
	}
}

const path = '/hybridRunbookWorkerGroups/default/hybridRunbookWorkers'
const acts = {
	drain: 'let a runner take no more jobs; what runs goes on, and calls are answered',
	resume: 'let a runner take jobs again',
}

/** `runhook runner …` */
export function runnerCommand(context: CommandContext): Command {
	const group = new Command('runner').description('the runners that share one database')
	group.command('list').description('list runners').addOption(limitOption()).action(onAccount<{ limit: number }, []>(context, listRunners))
	for (const [act, description] of Object.entries(acts))
		group
			.command(`${act} <id-or-machine>`)
			.description(description)
			.action(
				onAccount(context, async (session, [name]) => {
					notOfAzure(session)
					const runner = (await send(session.account, { method: 'POST', path: `${path}/${encodeURIComponent(name)}/${act}` })) as Runner
					show(session, runner, () => runnerText(session, runner))
					return undefined
				}),
			)
	return group
}

async function listRunners(session: Session, _args: [], { limit }: { limit: number }): Promise<undefined> {
	notOfAzure(session)
	const list = await readOwnList<Runner>(session.account, limit, { path })
	const columns: Column<Runner>[] = [
		{ heading: 'id', text: ({ name }) => name },
		{ heading: 'machine', text: ({ properties }) => properties.workerName },
		{ heading: 'version', text: ({ properties }) => properties.version },
		{ heading: 'state', text: stateOf, format: (runner) => (runner.properties.drainingTime ? 'yellow' : 'green') },
		{ heading: 'jobs', text: jobsOf },
		{ heading: 'last seen', text: ({ properties }) => localTime(new Date(properties.lastSeenDateTime)) },
	]
	showList(session, list, { columns, empty: 'There are no runners.' })
	return undefined
}

function notOfAzure({ account }: Session): void {
	if (account.isAzure) throw new UsageError('Azure runs its jobs itself: it has no runners to list or drain.')
}

function stateOf({ properties: { drainingTime } }: Runner): string {
	return drainingTime === null ? 'takes jobs' : 'draining'
}

function jobsOf({ properties: { runningJobCount, jobCountMax } }: Runner): string {
	return `${runningJobCount} of ${jobCountMax}`
}

function runnerText({ terminal }: Session, runner: Runner): string {
	const { workerName, version, registeredDateTime, drainingTime } = runner.properties
	return facts(terminal, [
		['Id', runner.name],
		['Machine', workerName],
		['Version', version],
		['State', drainingTime === null ? 'takes jobs' : `draining since ${localTime(new Date(drainingTime))}`],
		['Jobs', jobsOf(runner)],
		['Started', localTime(new Date(registeredDateTime))],
	])
}
