import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { join } from 'node:path'
import { test } from 'uvu'
import { makeCertificate } from '../support/certificate.ts'
import { runbookText } from '../support/runbook-text.ts'
import { adminToken, startRunner } from '../support/runner.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const authority = makeCertificate({ subject: 'Test authority', isAuthority: true })

/** A request to a runner whose certificate the test authority has signed. */
function ask(url: string, options: { method?: string; headers?: Record<string, string> } = {}): Promise<IncomingMessage> {
	return new Promise((resolve, reject) => {
		request(url, { ...options, ca: authority.cert, agent: false }, resolve)
			.on('error', reject)
			.end()
	})
}

async function json<Body>(asked: Promise<IncomingMessage>): Promise<Body> {
	return JSON.parse((await (await asked).toArray()).join('')) as Body
}

test('with a certificate webhooks are called and jobs are read over https, without a proxy', async () => {
	using place = temporaryFolder()
	const [RUNHOOK_TLS_CERT_FILE, RUNHOOK_TLS_KEY_FILE] = [join(place.path, 'tls.crt'), join(place.path, 'tls.key')]
	const { cert, key } = makeCertificate({ subject: 'runner', names: ['127.0.0.1'], issuer: authority })
	writeFileSync(RUNHOOK_TLS_CERT_FILE, cert)
	writeFileSync(RUNHOOK_TLS_KEY_FILE, key)
	const settings = { runbooks: { hello: runbookText(`output('Hello!')`) }, environment: { RUNHOOK_TLS_CERT_FILE, RUNHOOK_TLS_KEY_FILE } }
	await using runner = await startRunner(settings)
	assert.match(runner.url, /^https:/)
	assert.ok(runner.webhookUrl('hello').startsWith(`${runner.url}/webhooks?token=`))

	const accepted = await ask(runner.webhookUrl('hello'), { method: 'POST' })
	assert.equal(accepted.statusCode, 202)
	const location = accepted.headers.location!
	assert.ok(location.startsWith(`${runner.url}/jobs/`))
	const headers = { authorization: `Bearer ${adminToken}` }
	const followed = await ask(`${location}/streams?follow`, { headers })
	assert.match((await followed.toArray()).join(''), /Hello!/)
	const { properties } = await json<{ properties: { status: string } }>(ask(location, { headers }))
	assert.equal(properties.status, 'Completed')

	await runner.end('SIGTERM')
	writeFileSync(RUNHOOK_TLS_CERT_FILE, authority.cert)
	await assert.rejects(runner.restart(), /ended with 1: .*RUNHOOK_TLS_CERT_FILE and RUNHOOK_TLS_KEY_FILE: /s)
})

test.run()
