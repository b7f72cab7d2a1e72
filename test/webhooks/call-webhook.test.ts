import assert from 'node:assert/strict'
import { test } from 'uvu'
import { hashToken } from '../../src/access/token.ts'
import type { NewJob } from '../../src/jobs/job.ts'
import { Queue } from '../../src/queue/queue.ts'
import type { QueueStore } from '../../src/queue/queue-store.ts'
import type { Runbook } from '../../src/runbooks/runbook.ts'
import { callWebhook, type WebhookCall } from '../../src/webhooks/call-webhook.ts'
import type { Guard } from '../../src/webhooks/check-call.ts'
import type { Webhook } from '../../src/webhooks/webhook.ts'
import type { WebhookStore } from '../../src/webhooks/webhook-store.ts'
import { runbookContent } from '../support/runbook-content.ts'

const now = Date.parse('2026-06-01T00:00:00Z')
const sound: Webhook = {
	webhookId: 7,
	name: 'hook',
	tokenHash: hashToken('secret'),
	runbookName: 'deploy',
	parameters: { Count: '3' },
	description: null,
	allowedOrigins: [],
	protections: {},
	origin: 'file',
	isEnabled: true,
	isEnabledInFile: true,
	expiryTime: now + 1,
	expiredTime: null,
	creationTime: 0,
	lastModifiedTime: 0,
	lastInvokedTime: null,
	deletedTime: null,
}
const content = runbookContent({ Count: { type: 'number' }, WebhookData: { type: 'object' } }, { required: ['WebhookData'] })
const loaded: Runbook = { name: 'deploy', file: 'deploy.ts', content }

/** Nothing of it is asked for: these webhooks have no protections. */
const noGuard = {} as Guard

type Given = {
	webhook?: Partial<Webhook>
	runbook?: Runbook | undefined
	body?: Awaited<ReturnType<WebhookCall['readBody']>>
	url?: string
	queue?: 'accepted' | 'queueFull'
}

/** Calls a webhook of a small world; tells the outcome and everything that was done. */
async function call({ webhook = {}, body = Buffer.from('body'), url = '/webhooks?token=secret', queue = 'accepted', ...rest }: Given) {
	const done: string[] = []
	const jobs: NewJob[] = []
	const kept = { ...sound, ...webhook }
	const webhooks = {
		findByTokenHash: async (tokenHash: string) => (tokenHash === kept.tokenHash ? kept : undefined),
		markExpired: async () => void done.push('marked expired'),
		noteInvoked: () => void done.push('noted'),
	} as unknown as WebhookStore
	const insertDelivery = async (job: NewJob) => {
		jobs.push(job)
		return queue === 'accepted' ? { kind: queue, replaced: [] } : { kind: queue }
	}
	const runbooks = { find: async () => ('runbook' in rest ? rest.runbook : loaded) }
	const readBody = async () => {
		done.push('body read')
		return body
	}
	const parts = {
		webhooks,
		runbooks,
		queue: new Queue({ insertDelivery } as unknown as QueueStore),
		guard: noGuard,
		changed: () => undefined,
	}
	const outcome = await callWebhook(parts, { url, rawHeaders: ['X-A', 'b'], headers: { 'x-a': 'b' }, address: '192.0.2.1', readBody, now })
	return { outcome, kind: outcome.kind, done, jobs }
}

test('a call makes a job of the fixed values and the request, and is noted', async () => {
	const { outcome, done, jobs } = await call({})
	const [job] = jobs
	assert.deepEqual(outcome, { kind: 'accepted', jobId: job!.jobId, webhook: sound, isRepeated: false, observed: [] })
	assert.deepEqual(done, ['body read', 'noted'])
	assert.deepEqual(job, {
		jobId: job!.jobId,
		name: job!.jobId,
		runbookName: 'deploy',
		contentHash: content.contentHash,
		webhookId: 7,
		webhookName: 'hook',
		parameters: { Count: 3, WebhookData: { WebhookName: 'hook', RequestHeader: { 'X-A': 'b' }, RequestBody: 'body' } },
		startedBy: null,
		isTest: false,
		requestHash: null,
		traceparent: null,
		priority: 0,
		concurrencyKey: null,
		keyConcurrency: null,
		creationTime: now,
	})
})

test('of several reasons to refuse a call the first in this order counts, and the body is read only after them', async () => {
	const expired = { expiryTime: now }
	const faulty: Runbook = { name: 'deploy', file: 'deploy.ts', fault: 'broken' }
	const table: [Given, string, string[]][] = [
		[{ url: '/webhooks?token=a&token=b', webhook: { deletedTime: 1 } }, 'invalidToken', []],
		[{ url: '/webhooks?token=other' }, 'invalidToken', []],
		[{ webhook: { deletedTime: 1, ...expired }, runbook: undefined }, 'webhookNotFound', []],
		[{ webhook: expired, runbook: undefined, body: 'tooLarge' }, 'runbookNotFound', []],
		[{ webhook: { isEnabled: false }, runbook: faulty, body: 'tooLarge' }, 'runbookNotFound', []],
		[{ webhook: { isEnabled: false, parameters: { Other: 1 } }, body: 'tooLarge' }, 'expiredOrDisabled', []],
		[{ webhook: { isEnabledInFile: false, ...expired }, body: 'tooLarge' }, 'expiredOrDisabled', []],
		[{ webhook: expired, body: 'tooLarge' }, 'expiredOrDisabled', ['marked expired']],
		[{ webhook: { ...expired, expiredTime: 5 } }, 'expiredOrDisabled', []],
		[{ webhook: { parameters: { Count: 'many' } }, body: 'tooLarge' }, 'invalidParameters', []],
		[{ body: 'tooLarge', queue: 'queueFull' }, 'bodyTooLarge', ['body read']],
		[{ body: 'incomplete' }, 'bodyIncomplete', ['body read']],
		[{ body: 'noRoom' }, 'noRoom', ['body read']],
	]
	for (const [given, expected, acts] of table) {
		const { kind, done, jobs } = await call(given)
		assert.deepEqual([kind, done, jobs], [expected, acts, []], JSON.stringify(given))
	}
})

test('a token is looked up by its hash alone, once, however much of it is right: the time of an answer tells nothing of it', async () => {
	const token = 'k'.repeat(43)
	for (const given of [token, `${token.slice(0, -1)}x`, 'x'.repeat(43)]) {
		const asked: unknown[] = []
		// Nothing else of the store is there: neither a list to look through nor a token to compare with.
		const webhooks = {
			async findByTokenHash(...values: unknown[]) {
				asked.push(...values)
				return values[0] === hashToken(token) ? { ...sound, tokenHash: hashToken(token), isEnabled: false } : undefined
			},
		} as unknown as WebhookStore
		const parts = { webhooks, runbooks: { find: async () => loaded }, queue: {} as Queue, guard: noGuard, changed: () => undefined }
		const readBody = () => Promise.reject(new Error('The body of a refused call is not read.'))
		const request = { url: `/webhooks?token=${given}`, rawHeaders: [], headers: {}, address: null, readBody, now }
		assert.equal((await callWebhook(parts, request)).kind, given === token ? 'expiredOrDisabled' : 'invalidToken')
		assert.deepEqual(asked, [hashToken(given)])
	}
})

test('a call that the queue has no room for is not noted', async () => {
	const { kind, done } = await call({ queue: 'queueFull' })
	assert.deepEqual([kind, done], ['queueFull', ['body read']])
})

test('a runbook without WebhookData never gets the request', async () => {
	const plain: Runbook = { ...loaded, content: runbookContent({ Count: { type: 'number' } }) }
	const { jobs } = await call({ runbook: plain, webhook: { parameters: { count: 3, WebhookData: 'forged' } } })
	assert.deepEqual(jobs[0]!.parameters, { Count: 3 })
})

test.run()
