import { deepEqual, equal, match } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'uvu'
import type { CaptureContext } from '../../../../runbooks/lib/capture/capture-parameters.ts'
import type { CaptureReport } from '../../../../runbooks/lib/capture/capture-report.ts'
import { notify } from '../../../../runbooks/lib/capture/notify.ts'
import { openAzure } from '../../../azure/simulated-azure.ts'
import { captureWith, request } from '../../run-start-capture.ts'

type Received = { method: string | undefined; type: string | undefined; body: string }

/** A receiver of notifications that answers with this status, and one that says where to go instead. */
async function openReceiver(status: number): Promise<AsyncDisposable & { url: string; received: Received[] }> {
	const received: Received[] = []
	const server = createServer(async (incoming, response) => {
		let body = ''
		for await (const part of incoming) body += part
		received.push({ method: incoming.method, type: incoming.headers['content-type'], body })
		response.writeHead(status, { location: '/elsewhere' }).end('thanks')
	})
	server.listen(0, '127.0.0.1')
	await once(server, 'listening')
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/notify?sig=secret`
	const close = async () => {
		server.close()
		server.closeAllConnections()
		await once(server, 'close')
	}
	return { url, received, [Symbol.asyncDispose]: close }
}

test('the report is posted as it was written', async () => {
	await using all = await openAzure()
	await using receiver = await openReceiver(204)
	const run = await captureWith(all, request, { NotifyUrl: receiver.url })
	deepEqual([run.exception, run.warnings, receiver.received.length], [undefined, [], 1])
	const { method, type, body } = receiver.received[0]!
	deepEqual([method, type, JSON.parse(body)], ['POST', 'application/json', run.reports[0]])
})

for (const status of [302, 404, 500]) {
	test(`a notification that is answered with ${status} is a warning that keeps the address to itself`, async () => {
		await using all = await openAzure()
		await using receiver = await openReceiver(status)
		const run = await captureWith(all, request, { NotifyUrl: receiver.url, WaitForEnd: false })
		deepEqual([run.exception, receiver.received.length], [undefined, 1])
		deepEqual(run.warnings, [`The notification failed: ${new URL(receiver.url).host} answered ${status}.`])
	})
}

test('a receiver that is not there is a warning', async () => {
	await using all = await openAzure()
	const receiver = await openReceiver(200)
	await receiver[Symbol.asyncDispose]()
	const run = await captureWith(all, request, { NotifyUrl: receiver.url })
	equal(run.exception, undefined)
	match(run.warnings[0] ?? '', /^The notification failed: 127\.0\.0\.1:\d+: ECONNREFUSED\.$/)
})

test('an address that fetch refuses is in no stream', async () => {
	await using all = await openAzure()
	const warnings: unknown[] = []
	const context = { warning: (message: unknown) => warnings.push(message), signal: all.job.signal } as unknown as CaptureContext
	// What fetch says of a URL with credentials quotes all of it.
	await notify(context, 'https://ada:password@host.example/?key=secret', {} as CaptureReport)
	deepEqual(warnings, ['The notification failed: host.example: the request could not be sent.'])
})

test.run()
