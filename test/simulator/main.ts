// node test/simulator/main.ts [--port=8090] [--operation-seconds=1.5] [--capture-time-scale=0.1] [--https=authority.pem] : a local Azure to try runbooks against.
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { makeCertificate } from '../support/certificate.ts'
import { openSimulator } from './simulator.ts'
import type { World } from './world.ts'

const { values } = parseArgs({
	options: {
		port: { type: 'string', default: '8090' },
		'operation-seconds': { type: 'string', default: '1.5' },
		'capture-time-scale': { type: 'string', default: '0.1' },
		https: { type: 'string' },
	},
})
const port = Number(values.port)
const seconds = Number(values['operation-seconds'])
const timeScale = Number(values['capture-time-scale'])
if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--port must be a number from 0 to 65535, not ${values.port}.`)
if (!(seconds >= 0)) throw new Error(`--operation-seconds must be a number from 0 on, not ${values['operation-seconds']}.`)
if (!(timeScale >= 0)) throw new Error(`--capture-time-scale must be a number from 0 on, not ${values['capture-time-scale']}.`)

const inUse = (error: NodeJS.ErrnoException): never => {
	if (error.code !== 'EADDRINUSE') throw error
	console.error(`Port ${port} is in use: end the other program, or give another one: npm run simulator -- --port=8091`)
	process.exit(1)
}
const simulator = await openSimulator({
	port,
	operationLength: { seconds },
	captureLength: { timeScale },
	...(values.https !== undefined && { certificate: makeServerCertificate(values.https) }),
	log: (record) => console.error(JSON.stringify(record)),
}).catch(inUse)
console.log(`Azure simulator listening on ${simulator.url}`)
console.log(describe(simulator.world, simulator.url))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator[Symbol.asyncDispose]())

/** A certificate for localhost, good for a year; whoever is to trust it reads the authority's from the file. */
function makeServerCertificate(file: string): { cert: string; key: string } {
	const issuer = makeCertificate({ subject: 'Authority of the Azure simulator', isAuthority: true })
	writeFileSync(file, issuer.cert)
	return makeCertificate({ subject: 'Azure simulator', names: ['localhost'], issuer })
}

function describe({ subscriptionIds, resourceGroups, machines, watchers }: World, url: string): string {
	const lines = subscriptionIds.flatMap((id) => {
		const groups = resourceGroups.filter(({ subscriptionId }) => subscriptionId === id)
		const named = groups.map(({ name }) => {
			const here = (resource: { subscriptionId: string; resourceGroup: string }) =>
				resource.subscriptionId === id && resource.resourceGroup === name
			const names = machines.filter(here).map(({ name: machine, powerState }) => `${machine} (${powerState})`)
			return `  ${name}: ${[...names, ...watchers.filter(here).map(({ name: watcher }) => watcher)].join(', ')}`
		})
		return [`Subscription ${id} has these resource groups, virtual machines and Network Watchers:`, ...named]
	})
	const advice =
		values.https === undefined
			? `Give the runner RUNHOOK_ARM_ENDPOINT=${url} and nothing else: tokens come from here too.`
			: `Give the runner RUNHOOK_ARM_ENDPOINT=${url} AZURE_AUTHORITY_HOST=${url} NODE_EXTRA_CA_CERTS=${resolve(values.https)} and an identity.`
	return [advice, ...lines, `${url}/simulator/requests shows what was asked; POST a fault to ${url}/simulator/faults.`].join('\n')
}
