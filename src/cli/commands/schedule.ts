import { Command } from 'commander'
import { bodyOf, checkName, readList } from '../api-client.ts'
import { type CommandContext, onAccount, type Session, show } from '../command-context.ts'
import { addDelete } from '../delete-command.ts'
import { readSchedule, type ScheduleOptions, withScheduleOptions } from '../schedule-options.ts'
import { recurrenceText, type ScheduleBody } from '../schedule-text.ts'
import { send } from '../server-request.ts'
import { limitOption, showList } from '../show-list.ts'
import { type Column, facts } from '../table.ts'
import { fromNow, localTimeWithZone } from '../time-text.ts'
import { UsageError } from '../usage-error.ts'

/** `runhook schedule …` */
export function scheduleCommand(context: CommandContext): Command {
	const group = new Command('schedule').description('when runbooks are started by the clock')
	withScheduleOptions(group.command('create <name>'))
		.description("create a schedule, or set all of one that is there; 'job-schedule create' links it to a runbook")
		.action(onAccount<ScheduleOptions>(context, createSchedule))
	group
		.command('list')
		.description('list schedules with their next runs')
		.addOption(limitOption())
		.action(onAccount<{ limit: number }, []>(context, listSchedules))
	group
		.command('show <name>')
		.description('show a schedule')
		.action(
			onAccount(context, async (session, [name]) => {
				const { client, names } = session.account
				showSchedule(session, bodyOf(await client.schedule.get(...names, checkName(name))) as ScheduleBody)
				return undefined
			}),
		)
	for (const isEnabled of [true, false])
		group
			.command(`${isEnabled ? 'enable' : 'disable'} <name>`)
			.description(isEnabled ? 'let a schedule start its runbooks again' : 'let a schedule start nothing')
			.action(onAccount(context, (session, [name]) => enableSchedule(session, name, isEnabled)))
	addDelete(group, context, {
		what: 'schedule',
		consequence: 'it starts its runbooks no longer',
		act: ({ client, names }, name) => client.schedule.deleteMethod(...names, name),
	})
	return group
}

async function createSchedule(session: Session, [name]: [string], options: ScheduleOptions): Promise<undefined> {
	const { account, now } = session
	checkName(name)
	const beyondAzure = (['cron', 'missed', 'overlap'] as const).find((option) => options[option] !== undefined)
	if (account.isAzure && beyondAzure) throw new UsageError(`Azure has no --${beyondAzure}.`)
	const properties = readSchedule(options, now)
	// The official client leaves out what Azure does not know, and takes a 409 for success.
	const body = await send(account, { method: 'PUT', path: `/schedules/${encodeURIComponent(name)}`, body: { name, properties } })
	showSchedule(session, body as ScheduleBody)
	return undefined
}

async function listSchedules(session: Session, _args: [], { limit }: { limit: number }): Promise<undefined> {
	const { account, now } = session
	const { bodies, more } = await readList(account, limit, {
		first: () => account.client.schedule.listByAutomationAccount(...account.names),
		next: (link) => account.client.schedule.listByAutomationAccountNext(link),
	})
	const items = bodies as ScheduleBody[]
	const columns: Column<ScheduleBody>[] = [
		{ heading: 'name', text: ({ name }) => name },
		{ heading: 'runs', text: recurrenceText },
		{ heading: 'state', text: stateOf, format: (schedule) => (schedule.properties.isEnabled ? 'green' : 'yellow') },
		{ heading: 'next run', text: ({ properties }) => timeFromNow(properties.nextRun, now) },
	]
	showList(session, { items, bodies, more }, { columns, empty: 'There are no schedules.' })
	return undefined
}

async function enableSchedule(session: Session, name: string, isEnabled: boolean): Promise<undefined> {
	const { client, names } = session.account
	showSchedule(session, bodyOf(await client.schedule.update(...names, checkName(name), { name, isEnabled })) as ScheduleBody)
	return undefined
}

function stateOf({ properties: { isEnabled } }: ScheduleBody): string {
	return isEnabled ? 'enabled' : 'disabled'
}

function timeFromNow(time: string | null | undefined, now: number): string {
	return time ? `${localTimeWithZone(new Date(time))} (${fromNow(new Date(time), now)})` : ''
}

function showSchedule(session: Session, body: ScheduleBody): void {
	const { terminal, now } = session
	const { description, missed, overlap, startTime, expiryTime, nextRun, origin, creationTime } = body.properties
	const hasEnd = !expiryTime.startsWith('9999')
	show(session, body, () =>
		facts(terminal, [
			['Name', body.name],
			['Description', description],
			['Runs', recurrenceText(body)],
			['State', stateOf(body)],
			['Next run', nextRun ? timeFromNow(nextRun, now) : 'none'],
			['From', localTimeWithZone(new Date(startTime))],
			['Until', hasEnd ? localTimeWithZone(new Date(expiryTime)) : undefined],
			['Missed', missed],
			['Overlap', overlap],
			['Created', localTimeWithZone(new Date(creationTime))],
			['Declared in', origin === 'file' ? 'the file of a runbook' : undefined],
		]),
	)
}
