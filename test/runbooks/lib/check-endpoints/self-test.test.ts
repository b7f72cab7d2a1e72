import { equal, rejects } from 'node:assert/strict'
import { test } from 'uvu'
import { checkEndpoint } from '../../../../runbooks/lib/check-endpoints/check-endpoint.ts'
import { systemNames } from '../../../../runbooks/lib/check-endpoints/names.ts'
import { AgentBroken, selfTest } from '../../../../runbooks/lib/check-endpoints/self-test.ts'

const withheld = 'The check cannot be trusted, so its results are withheld'

test('the check passes its self test', async () => {
	let checks = 0
	await selfTest((endpoint) => {
		checks++
		return checkEndpoint(endpoint, { repeat: 1, names: systemNames, signal: new AbortController().signal })
	})
	equal(checks, 3)
})

for (const [what, check, message] of [
	['finds nothing wrong anywhere', () => [], `${withheld}: an endpoint that answers 500 gave nothing instead of Status(500).`],
	['finds everything down', () => ['Timeout'], `${withheld}: an endpoint that is well gave Timeout instead of nothing.`],
	[
		'does not read what comes back',
		(name: string) => (name === 'error' ? ['Status(500)'] : []),
		`${withheld}: an endpoint that answers another value gave nothing instead of Content(expectText).`,
	],
] as const) {
	test(`a check that ${what} is broken`, async () => {
		await rejects(
			selfTest(async ({ name }) => ({ findings: [...check(name)] })),
			(error: Error) => error instanceof AgentBroken && error.message === message,
		)
	})
}

test.run()
