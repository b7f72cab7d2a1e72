import { readFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import type { z } from 'zod'
import type { DeliveryBody, DeliverySummaryBody } from '../../http/delivery-body.ts'
import type { trialResultSchema } from '../../http/delivery-operations.ts'
import type { SampleSender } from '../../webhooks/sample-call.ts'
import { checkName } from '../api-client.ts'
import { type CommandContext, onAccount, type Session, show } from '../command-context.ts'
import { exitCodes } from '../failure.ts'
import { LIST_PAGE_MAX } from '../limits.ts'
import { send } from '../server-request.ts'
import { limitOption, showList } from '../show-list.ts'
import { type Column, facts } from '../table.ts'
import { localTime } from '../time-text.ts'
import { UsageError } from '../usage-error.ts'

/** Those that the server knows, which this command cannot import. */
const senders = ['github', 'gitlab', 'slack', 'standardWebhooks', 'grafana', 'azureMonitor', 'generic'] satisfies SampleSender[]

/** Gives `runhook webhook` what shows, repeats and tries calls. */
export function addDeliveries(group: Command, context: CommandContext): void {
	group
		.command('deliveries <name>')
		.description('list the latest calls of a webhook and what became of them')
		.addOption(limitOption())
		.action(onAccount<{ limit: number }>(context, listDeliveries))
	group
		.command('delivery <name> <delivery>')
		.description('show a call with its headers and its body')
		.action(onAccount<object, [string, string]>(context, showDelivery))
	group
		.command('replay <name> <delivery>')
		.description('make a job of a call once more')
		.addOption(new Option('--content <which>', 'the runbook as it is now, or as it was').choices(['newest', 'same']).default('newest'))
		.action(onAccount<{ content: string }, [string, string]>(context, replayDelivery))
	group
		.command('test <name>')
		.description('call a webhook as a sender would, signed with its own secret')
		.addOption(new Option('--sender <sender>', "whose call it looks like; by the webhook's signature unless given").choices(senders))
		.option('--body-file <file>', 'a body of your own; - for standard input')
		.option('--dry-run', 'stop before a job is made')
		.action(onAccount<TestOptions>(context, testWebhook))
}

function pathOf({ account }: Session, name: string, ...rest: string[]): string {
	if (account.isAzure) throw new UsageError('Azure has no such operation.')
	return ['/webhooks', ...[checkName(name), ...rest.map(checkName)].map(encodeURIComponent)].join('/')
}

async function listDeliveries(session: Session, [name]: [string], { limit }: { limit: number }): Promise<undefined> {
	const query = { $top: String(Math.min(limit, LIST_PAGE_MAX)) }
	const body = await send(session.account, { method: 'GET', path: pathOf(session, name, 'deliveries'), query })
	const { value, nextLink } = body as { value: DeliverySummaryBody[]; nextLink?: string }
	const columns: Column<DeliverySummaryBody>[] = [
		{ heading: 'delivery', text: (each) => each.name },
		{ heading: 'time', text: ({ properties }) => localTime(new Date(properties.time)) },
		{ heading: 'from', text: ({ properties }) => properties.sourceAddress ?? '' },
		{
			heading: 'answer',
			text: ({ properties: { status, code, isRepeated, isSkipped } }) =>
				[status, code, isRepeated ? 'repeated' : null, isSkipped ? 'skipped' : null].filter(Boolean).join(' '),
			format: ({ properties }) => (properties.status >= 400 ? 'red' : 'green'),
		},
		{ heading: 'job', text: ({ properties }) => properties.jobId ?? '' },
		{ heading: 'reason', text: ({ properties }) => properties.reason ?? '' },
	]
	showList(session, { items: value, bodies: value, more: nextLink !== undefined }, { columns, empty: 'It was not called lately.' })
	return undefined
}

async function showDelivery(session: Session, [name, delivery]: [string, string]): Promise<undefined> {
	const body = (await send(session.account, { method: 'GET', path: pathOf(session, name, 'deliveries', delivery) })) as DeliveryBody
	const { properties } = body
	show(session, body, () =>
		facts(session.terminal, [
			['Delivery', body.name],
			['Kind', properties.kind],
			['Time', localTime(new Date(properties.time))],
			['Took', `${properties.durationMilliseconds} ms`],
			['From', properties.sourceAddress],
			['Answer', [properties.status, properties.code].filter(Boolean).join(' '), properties.status >= 400 ? 'red' : 'green'],
			['Reason', properties.reason],
			['Repeated', properties.isRepeated ? 'yes' : undefined],
			['Skipped', properties.isSkipped ? 'yes' : undefined],
			['Job', properties.jobId],
			...Object.entries(properties.headers).map(([header, value], index) => [index === 0 ? 'Headers' : '', `${header}: ${value}`] as const),
			[properties.bodyEncoding === 'base64' ? 'Body, base64' : 'Body', properties.body],
		]),
	)
	return undefined
}

async function replayDelivery(session: Session, [name, delivery]: [string, string], { content }: { content: string }): Promise<undefined> {
	const path = pathOf(session, name, 'deliveries', delivery, 'replay')
	const body = (await send(session.account, { method: 'POST', path, body: { properties: { content } } })) as { JobIds: string[] }
	show(session, body, () => facts(session.terminal, [['Job', body.JobIds.join(', ')]]))
	if (session.mode === 'table') session.terminal.note(`Follow it: runhook job watch ${body.JobIds[0]}`)
	return undefined
}

type TestOptions = { sender?: string; bodyFile?: string; dryRun?: boolean }
type TestResult = z.infer<typeof trialResultSchema>

async function testWebhook(session: Session, [name]: [string], { sender, bodyFile, dryRun }: TestOptions): Promise<number | undefined> {
	const properties = { sender, dryRun: dryRun === true, ...(bodyFile === undefined ? {} : { body: readBody(bodyFile) }) }
	const body = (await send(session.account, { method: 'POST', path: pathOf(session, name, 'test'), body: { properties } })) as TestResult
	const { status, code, message, reason, jobId, unchecked } = body.properties
	const isRefused = status >= 400
	show(session, body, () =>
		facts(session.terminal, [
			['Answer', [status, code].filter(Boolean).join(' '), isRefused ? 'red' : 'green'],
			['Message', message],
			['Reason', reason],
			['Job', jobId ?? (dryRun && !isRefused ? 'none: --dry-run stops before it is made' : undefined)],
			['Not tried', unchecked.join(', ')],
		]),
	)
	return isRefused ? exitCodes.failed : undefined
}

function readBody(file: string): string {
	try {
		return readFileSync(file === '-' ? 0 : file, 'utf8')
	} catch (error) {
		throw new UsageError(`--body-file ${file} cannot be read: ${(error as Error).message}.`)
	}
}
