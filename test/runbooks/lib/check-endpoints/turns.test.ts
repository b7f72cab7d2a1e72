import { deepEqual, equal } from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { test } from 'uvu'
import { checkEndpoint } from '../../../../runbooks/lib/check-endpoints/check-endpoint.ts'
import { type Names, systemNames } from '../../../../runbooks/lib/check-endpoints/names.ts'
import { turns } from '../../../../runbooks/lib/check-endpoints/turns.ts'
import { endpointToCheck } from '../../../support/endpoint-to-check.ts'
import { answerWith, startWebServer } from '../../../support/web-server.ts'

test('no more works run at a time than allowed, in the order they came, whether they succeed or fail', async () => {
	const begin = turns(2)
	const works = Array.from({ length: 4 }, () => Promise.withResolvers<number>())
	const begun: number[] = []
	const all = works.map(({ promise }, index) =>
		begin(() => {
			begun.push(index)
			return promise
		}),
	)
	await setImmediate()
	deepEqual(begun, [0, 1])
	works[1]!.reject(new Error('no'))
	await setImmediate()
	deepEqual(begun, [0, 1, 2])
	for (const [index, { resolve }] of works.entries()) resolve(index)
	equal(await (await all[3]!).result, 3)
	await (await all[1]!).result.catch(() => undefined)
})

test('look-ups that hang keep an endpoint waiting, and are not counted as its time', async () => {
	await using server = await startWebServer({ answer: answerWith(200, 'Welcome') })
	const dead = Promise.withResolvers<string[]>()
	const asked: string[] = []
	const names: Names = {
		...systemNames,
		addresses: (host) => {
			asked.push(host)
			return host.startsWith('dead') ? dead.promise : Promise.resolve(['127.0.0.1'])
		},
	}
	const { signal } = new AbortController()
	const check = async (host: string, timeoutMs: number) =>
		checkEndpoint(await endpointToCheck({ name: host, url: `http://${host}:${server.port}/`, timeoutMs, maxMs: timeoutMs }), {
			...{ repeat: 1, names, signal },
		})
	const deadOnes = ['dead1.example', 'dead2.example', 'dead3.example'].map((host) => check(host, 50))
	const well = check('well.example', 1000)
	for (const { findings } of await Promise.all(deadOnes)) deepEqual(findings, ['Timeout'])
	deepEqual(asked, ['dead1.example', 'dead2.example', 'dead3.example'])
	// Longer than the endpoint may take.
	await new Promise((resolve) => setTimeout(resolve, 1100))
	dead.resolve([])
	const { findings, ms } = await well
	deepEqual([findings, ms.total < 1000], [[], true])
})

test.run()
