import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { findLeaks } from './find-leaks.ts'
import { runbookText } from './runbook-text.ts'
import { adminToken, startRunner } from './runner.ts'
import { temporaryFolder } from './temporary-folder.ts'

const webhookToken = 'a'.repeat(43)
const accessToken = `runhook_${'b'.repeat(43)}`
const webhooks = '/automationAccounts/runhook/webhooks'

test('a secret is found in the log, in answers and in files, in any spelling, and named by its kind', () => {
	using folder = temporaryFolder()
	const dataDir = join(folder.path, 'data')
	const observedFile = join(folder.path, 'observed.jsonl')
	const look = (given: { observed?: object[]; file?: string; logged?: string[]; printed?: string[] }) => {
		mkdirSync(dataDir, { recursive: true })
		writeFileSync(join(dataDir, 'store'), given.file ?? '')
		writeFileSync(observedFile, [...(given.observed ?? []).map((each) => JSON.stringify(each)), '{"cut'].join('\n'))
		const environment = { RUNHOOK_HEALTH_KEY: 'key "of" a monitor', RUNHOOK_PORT: '0000000000' }
		return findLeaks({ observedFile, dataDir, logged: given.logged ?? [], printed: given.printed ?? [], environment })
	}
	const answer = (asked: string, text: string) => ({ kind: 'answer', asked, text })
	const secret = { kind: 'secret', what: 'password', text: 'battery staple' }
	const issued = answer(`PUT ${webhooks}/a`, `{"uri":"http://x/webhooks?token=${webhookToken}"}`)
	const madeToken = answer('PUT /accessTokens/ci', accessToken)
	const line = `Webhook a: http://x/webhooks?token=${webhookToken}`
	assert.deepEqual(look({ observed: [secret, issued, madeToken], printed: [line, `Try: curl '${line}'`], file: 'RUNHOOK 0000000000' }), [])

	const table: [Parameters<typeof look>[0], string][] = [
		[{ observed: [secret], logged: ['it is battery staple'] }, 'A secret (password) stands in the log.'],
		[{ observed: [secret], file: 'battery%20staple' }, 'A secret (password) stands in store.'],
		[{ observed: [secret], file: btoa('battery staple') }, 'A secret (password) stands in store.'],
		[{ observed: [secret, answer('GET /jobs', 'battery staple')] }, 'A secret (password) stands in the answer to GET /jobs.'],
		[{ file: 'key \\"of\\" a monitor' }, 'A secret (RUNHOOK_HEALTH_KEY) stands in store.'],
		[
			{ observed: [issued, answer(`GET ${webhooks}/a`, webhookToken)] },
			`A secret (webhook token) stands in the answer to GET ${webhooks}/a.`,
		],
		[{ observed: [answer(`GET ${webhooks}/a`, accessToken)] }, `A secret (access token) stands in the answer to GET ${webhooks}/a.`],
		[{ printed: [line], file: webhookToken }, 'A secret (printed token) stands in store.'],
		[{ printed: ['Management token: of-the-first-start'], logged: ['of-the-first-start'] }, 'A secret (printed token) stands in the log.'],
		[{ printed: [accessToken] }, 'A secret (access token) stands in what is printed.'],
		[{ logged: [`eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.${'c'.repeat(40)}`] }, 'A secret (token of Entra ID) stands in the log.'],
		[{ file: 'http://x/operations/1?t=1&s=simulated-signature' }, 'A secret (signed URL) stands in store.'],
	]
	for (const [given, expected] of table) assert.deepEqual(look(given), [expected])
})

test('a runner that kept a secret where none may stand fails its test', async () => {
	const runner = await startRunner({ runbooks: { leaks: runbookText(`output('${adminToken}')`) } })
	await runner.untilJob(await runner.start('leaks'))
	await assert.rejects(
		async () => runner[Symbol.asyncDispose](),
		(error: Error) => {
			assert.match(error.message, /^A secret \((RUNHOOK_ADMIN_TOKEN|bearer token)\) stands in runhook\.sqlite/m)
			assert.equal(error.message.includes(adminToken), false)
			return true
		},
	)
})

test.run()
