import { Command } from 'commander'
import { type CommandContext, onAccount, type Session, show } from '../command-context.ts'
import { exitCodes } from '../failure.ts'
import { readOwnList, send } from '../server-request.ts'
import { limitOption, showList } from '../show-list.ts'
import { type Column, facts } from '../table.ts'
import { readInstant } from '../time-argument.ts'
import { localTime } from '../time-text.ts'
import { UsageError } from '../usage-error.ts'

type AuditEvent = {
	name: string
	properties: {
		eventTime: string
		caller: { kind: string; name: string }
		sourceAddress: string | null
		action: string
		resource: string
		details: Record<string, unknown>
	}
}
type Head = { sequence: number; hash: string }
type AuditCheck = { isIntact: boolean; count: number; first: Head | null; head: Head | null; faults: string[] }
type ListOptions = { limit: number; caller?: string; action?: string; after?: string; before?: string }

/** `runhook audit …` */
export function auditCommand(context: CommandContext): Command {
	const group = new Command('audit').description('who did what')
	group
		.command('list')
		.description('list the entries of the audit trail, the latest first')
		.option('--caller <name>', 'of one caller: the name of a token, an object id of Entra ID, a jobId, webhooks.json')
		.option('--action <action>', 'of one action, such as webhooks/write')
		.option('--after <when>', 'since then: a duration back (12h, 30d), a date or a time')
		.option('--before <when>', 'until then')
		.addOption(limitOption())
		.action(onAccount<ListOptions, []>(context, listEvents))
	group
		.command('verify')
		.description('check that no entry was changed, removed, exchanged or cut off')
		.option('--head <sequence:hash>', 'a head that was noted, such as the log has it: it must still be in the trail')
		.action(onAccount<{ head?: string }, []>(context, verify))
	return group
}

async function listEvents(session: Session, _args: [], options: ListOptions): Promise<undefined> {
	notOfAzure(session)
	const { limit, caller, action, after, before } = options
	const time = (text: string, option: string) => readInstant(text, option, { now: session.now, direction: -1 }).toISOString()
	const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`
	const terms = [
		...(caller === undefined ? [] : [`properties/caller/name eq ${quoted(caller)}`]),
		...(action === undefined ? [] : [`properties/action eq ${quoted(action)}`]),
		...(after === undefined ? [] : [`properties/eventTime ge ${time(after, '--after')}`]),
		...(before === undefined ? [] : [`properties/eventTime le ${time(before, '--before')}`]),
	]
	const query: Record<string, string> = terms.length > 0 ? { $filter: terms.join(' and ') } : {}
	const list = await readOwnList<AuditEvent>(session.account, limit, { path: '/auditEvents', query })
	const columns: Column<AuditEvent>[] = [
		{ heading: 'number', text: ({ name }) => name },
		{ heading: 'time', text: ({ properties }) => localTime(new Date(properties.eventTime)) },
		{ heading: 'caller', text: ({ properties: { caller: who } }) => (who.kind === 'job' ? `job ${who.name}` : who.name) },
		{ heading: 'from', text: ({ properties }) => properties.sourceAddress ?? '' },
		{ heading: 'action', text: ({ properties }) => properties.action },
		{ heading: 'resource', text: ({ properties }) => properties.resource },
		{ heading: 'details', text: ({ properties }) => detailText(properties.details) },
	]
	showList(session, list, { columns, empty: 'There are no such entries.' })
	return undefined
}

async function verify(session: Session, _args: [], { head }: { head?: string }): Promise<number | undefined> {
	notOfAzure(session)
	const query: Record<string, string> = head === undefined ? {} : { head }
	const check = (await send(session.account, { method: 'GET', path: '/auditEvents/verify', query })) as AuditCheck
	show(session, check, () =>
		facts(session.terminal, [
			['Trail', check.isIntact ? 'intact' : 'TAMPERED WITH', check.isIntact ? 'green' : 'red'],
			['Entries', String(check.count)],
			['First', check.first && String(check.first.sequence)],
			['Head', check.head && `${check.head.sequence}:${check.head.hash}`],
			['Faults', check.faults.join('\n'), 'red'],
		]),
	)
	return check.isIntact ? undefined : exitCodes.failed
}

function notOfAzure({ account }: Session): void {
	if (account.isAzure) throw new UsageError('Azure keeps an activity log.', 'For example: az monitor activity-log list')
}

function detailText(details: Record<string, unknown>): string {
	return Object.entries(details)
		.map(([name, value]) => `${name} ${value}`)
		.join(', ')
}
