// How long refusals take: of a wrong token, of one that differs from a right one in its last character, and of the right one while its webhook is
// off. The first two must not be told apart: their difference is set against that of two halves of the same. node test/bench/token-timing.ts [calls]
import { randomBytes } from 'node:crypto'
import { Agent, request } from 'node:http'
import { startRunner } from '../support/runner.ts'
import { median } from './measure.ts'

const [calls = 4_000] = process.argv.slice(2).map(Number)

await using runner = await startRunner({
	isBare: true,
	runbooks: { nothing: `import { defineRunbook } from 'runhook'\nexport default defineRunbook({ run() {} })` },
	webhooks: [{ name: 'off', runbook: 'nothing', isEnabled: false }],
	environment: { RUNHOOK_LOG_LEVEL: 'error' },
})
const right = new URL(runner.webhookUrl('off'))
const token = right.searchParams.get('token')!
// Each is one text: what is sent again and again is faster than what is always new.
const tokens: Record<string, string> = {
	wrong: randomBytes(32).toString('base64url'),
	'wrong in its last character': token.slice(0, -1) + (token.endsWith('A') ? 'E' : 'A'),
	'right, and off': token,
}

using agent = Object.assign(new Agent({ keepAlive: true, maxSockets: 1 }), { [Symbol.dispose]: () => agent.destroy() })
const microseconds = (of: string): Promise<number> =>
	new Promise((resolve, reject) => {
		const since = process.hrtime.bigint()
		const call = request(`${right.origin}/webhooks?token=${of}`, { method: 'POST', agent }, (response) =>
			response.resume().on('end', () => resolve(Number(process.hrtime.bigint() - since) / 1_000)),
		)
		call.on('error', reject).end()
	})

const names = Object.keys(tokens)
const times = Object.fromEntries(names.map((name) => [name, [] as number[]]))
for (let round = 0; round < calls + 200; round++) {
	// In another order each time, so that none of them always follows the same one.
	for (let place = 0; place < names.length; place++) {
		const name = names[(round + place) % names.length]!
		const took = await microseconds(tokens[name]!)
		if (round >= 200) times[name]!.push(took)
	}
}
for (const name of names) console.log(`${name.padEnd(28)}${median(times[name]!).toFixed(1)} µs`)
const halves = (values: number[]) => [0, 1].map((rest) => median(values.filter((_, index) => index % 2 === rest)))
const noise = Math.max(...names.slice(0, 2).map((name) => Math.abs(halves(times[name]!)[0]! - halves(times[name]!)[1]!)))
const difference = Math.abs(median(times[names[0]!]!) - median(times[names[1]!]!))
console.log(`difference of the first two ${difference.toFixed(1)} µs, of two halves of the same ${noise.toFixed(1)} µs`)
