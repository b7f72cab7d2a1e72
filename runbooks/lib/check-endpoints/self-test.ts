// Before anything is reported the check has to prove itself: on an endpoint that is well, and on ones that are not.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Endpoint, readChecks } from './endpoint.ts'

/** What the check says of endpoints cannot be believed; its results are withheld. */
export class AgentBroken extends Error {
	override name = 'AgentBroken'
}

/**
 * Runs the check against a server of its own that answers with a random value. Throws an AgentBroken when the value does not come back, or
 * when an endpoint that answers an error or another value passes.
 */
export async function selfTest(check: (endpoint: Endpoint) => Promise<{ findings: string[] }>): Promise<void> {
	const value = randomUUID()
	const server = createServer((request, response) => {
		const isGood = request.url === '/good'
		response.writeHead(isGood ? 200 : 500).end(isGood ? value : '')
	})
	try {
		server.listen(0, '127.0.0.1')
		await once(server, 'listening')
		const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
		const [good, error, other] = readChecks(
			[
				{ name: 'good', url: `${base}/good`, expectText: value, maxMs: 10_000 },
				{ name: 'error', url: `${base}/error`, maxMs: 10_000 },
				{ name: 'other', url: `${base}/good`, expectText: randomUUID(), maxMs: 10_000 },
			],
			'The self test',
		).endpoints.map((endpoint) => ({ ...endpoint, headers: {}, auth: undefined }))
		expectFindings('an endpoint that is well', await check(good!), [])
		expectFindings('an endpoint that answers 500', await check(error!), ['Status(500)'])
		expectFindings('an endpoint that answers another value', await check(other!), ['Content(expectText)'])
	} finally {
		server.closeAllConnections()
		await new Promise((resolve) => server.close(resolve))
	}
}

function expectFindings(what: string, { findings }: { findings: string[] }, expected: string[]): void {
	if (findings.join() === expected.join()) return
	const wanted = expected.join(', ') || 'nothing'
	throw new AgentBroken(
		`The check cannot be trusted, so its results are withheld: ${what} gave ${findings.join(', ') || 'nothing'} instead of ${wanted}.`,
	)
}
