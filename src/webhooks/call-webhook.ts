import type { Queue } from '../queue/queue.ts'
import { type Binding, bindParameters, webhookDataName } from '../runbooks/bind-parameters.ts'
import type { RunbookContent } from '../runbooks/runbook.ts'
import type { RunbookCatalog } from '../runbooks/runbook-catalog.ts'
import { startRunbook } from '../runbooks/start-runbook.ts'
import { allowsOrigin, type ConsentRequest, validationCode } from './handshake.ts'
import { callability, type Webhook } from './webhook.ts'
import { webhookData } from './webhook-data.ts'
import type { WebhookStore } from './webhook-store.ts'
import { hashToken, tokenInQuery } from './webhook-token.ts'

/** What came of a call: a job, or which refusal. Reasons that the caller must not see stand in `detail`. */
export type CallOutcome =
	| { kind: 'accepted'; jobId: string; webhook: Webhook }
	/** Event Grid's question whether the address wants its events: answered with the code, no job. */
	| { kind: 'validated'; webhook: Webhook; validationCode: string }
	/** A CloudEvents sender's question whether it may send. */
	| { kind: 'consentAsked'; webhook: Webhook; asked: ConsentRequest; allowed: boolean }
	| { kind: 'invalidToken'; message: string }
	| { kind: 'webhookNotFound'; webhook: Webhook }
	| { kind: 'runbookNotFound'; webhook: Webhook; detail: string }
	| { kind: 'expiredOrDisabled'; webhook: Webhook; detail: string }
	| { kind: 'invalidParameters'; webhook: Webhook; detail: string }
	| { kind: 'bodyTooLarge'; webhook: Webhook }
	| { kind: 'bodyIncomplete'; webhook: Webhook }
	| { kind: 'noRoom'; webhook: Webhook }
	| { kind: 'queueFull'; webhook: Webhook }

export type WebhookCall = {
	/** The request's path and query. */
	url: string
	/** Names and values in turn, as they came. */
	rawHeaders: readonly string[]
	/** What a CloudEvents sender asks with OPTIONS; such a call makes no job. */
	asked?: ConsentRequest | undefined
	/** Reads the body; called only when all that needs no body has been decided. */
	readBody(): Promise<Buffer | 'tooLarge' | 'incomplete' | 'noRoom'>
	now: number
	/** The trace that the call belongs to. */
	traceparent?: string | undefined
}

type Parts = { webhooks: WebhookStore; runbooks: Pick<RunbookCatalog, 'find'>; queue: Queue }

/** The whole decision about a call of a webhook, in the order that callers can rely on. Throws a StoreUnavailableError. */
export async function callWebhook({ webhooks, runbooks, queue }: Parts, call: WebhookCall): Promise<CallOutcome> {
	const given = tokenInQuery(call.url)
	if (given.kind === 'invalid') return { kind: 'invalidToken', message: given.message }
	const webhook = await webhooks.findByTokenHash(hashToken(given.token))
	if (!webhook) return { kind: 'invalidToken', message: 'The token is not valid.' }
	const callable = callability(webhook, call.now)
	if (callable === 'deleted') return { kind: 'webhookNotFound', webhook }
	const runbook = await runbooks.find(webhook.runbookName)
	if (!runbook) return { kind: 'runbookNotFound', webhook, detail: 'There is no such runbook.' }
	if ('fault' in runbook) return { kind: 'runbookNotFound', webhook, detail: runbook.fault }
	if (callable === 'expired' && webhook.expiredTime === null) await webhooks.markExpired(webhook.webhookId, call.now)
	if (callable !== 'callable') return { kind: 'expiredOrDisabled', webhook, detail: callable }
	if (call.asked)
		return { kind: 'consentAsked', webhook, asked: call.asked, allowed: allowsOrigin(webhook.allowedOrigins, call.asked.origin) }
	const binding = fixedParameters(webhook, runbook.content)
	if (binding.kind === 'refused') return { kind: 'invalidParameters', webhook, detail: binding.message }
	const body = await call.readBody()
	if (body === 'tooLarge') return { kind: 'bodyTooLarge', webhook }
	if (body === 'incomplete') return { kind: 'bodyIncomplete', webhook }
	if (body === 'noRoom') return { kind: 'noRoom', webhook }
	const code = validationCode(body)
	if (code !== undefined) return { kind: 'validated', webhook, validationCode: code }
	const receiver = webhookDataName(runbook.content.definition.parameters)
	const parameters = receiver ? { ...binding.values, [receiver]: webhookData(webhook.name, call.rawHeaders, body) } : binding.values
	const { now, traceparent } = call
	const started = await startRunbook(queue, { content: runbook.content, parameters, webhook, startedBy: null, now, traceparent })
	if (started.kind === 'nameTaken') throw new Error('The id of a new job was taken.')
	if (started.kind === 'queueFull') return { kind: 'queueFull', webhook }
	webhooks.noteInvoked(webhook.webhookId, call.now)
	return { kind: 'accepted', jobId: started.jobId, webhook }
}

const bindings = new WeakMap<Webhook, { content: RunbookContent; binding: Binding }>()

/** The webhook's values bound to the runbook as it stands; bound again only when one of the two changed. */
function fixedParameters(webhook: Webhook, content: RunbookContent): Binding {
	const known = bindings.get(webhook)
	if (known?.content === content) return known.binding
	const binding = bindParameters(content, webhook.parameters, { fromWebhook: true })
	bindings.set(webhook, { content, binding })
	return binding
}
