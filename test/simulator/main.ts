// node test/simulator/main.ts [--port=8090] [--operation-seconds=1.5] : a local Azure to try runbooks against.
import { parseArgs } from 'node:util'
import { openSimulator } from './simulator.ts'
import type { World } from './world.ts'

const { values } = parseArgs({
	options: {
		port: { type: 'string', default: '8090' },
		'operation-seconds': { type: 'string', default: '1.5' },
	},
})
const port = Number(values.port)
const seconds = Number(values['operation-seconds'])
if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--port must be a number from 0 to 65535, not ${values.port}.`)
if (!(seconds >= 0)) throw new Error(`--operation-seconds must be a number from 0 on, not ${values['operation-seconds']}.`)

const inUse = (error: NodeJS.ErrnoException): never => {
	if (error.code !== 'EADDRINUSE') throw error
	console.error(`Port ${port} is in use: end the other program, or give another one: npm run simulator -- --port=8091`)
	process.exit(1)
}
const simulator = await openSimulator({
	port,
	operationLength: { seconds },
	log: (record) => console.error(JSON.stringify(record)),
}).catch(inUse)
console.log(`Azure simulator listening on ${simulator.url}`)
console.log(describe(simulator.world, simulator.url))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator[Symbol.asyncDispose]())

function describe({ subscriptionId, resourceGroups, machines }: World, url: string): string {
	const groups = resourceGroups.map((group) => {
		const names = machines.filter(({ resourceGroup }) => resourceGroup === group).map(({ name, powerState }) => `${name} (${powerState})`)
		return `  ${group}: ${names.join(', ')}`
	})
	return [
		`Give the runner RUNHOOK_ARM_ENDPOINT=${url} and nothing else: tokens come from here too.`,
		`Subscription ${subscriptionId} has these resource groups and virtual machines:`,
		...groups,
		`${url}/simulator/requests shows what was asked; POST a fault to ${url}/simulator/faults.`,
	].join('\n')
}
