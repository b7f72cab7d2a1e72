// What the pictures of the portal show: runbooks and webhooks such as an operator has.
const wait = `const wait = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000))`

export const exampleRunbooks = {
	deploy: `import { defineRunbook, WebhookData, z } from 'runhook'

// Rolls a release out to every machine of an environment.
export default defineRunbook({
	description: 'Rolls a release out to an environment.',
	logProgress: true,
	parameters: z.object({
		environment: z.enum(['staging', 'production']).describe('Where to.'),
		version: z.string().regex(/^\\d+\\.\\d+\\.\\d+$/).describe('Such as 1.4.2.'),
		machines: z.number().int().min(1).max(500).default(6).describe('How many.'),
		dryRun: z.boolean().default(false),
		WebhookData: WebhookData.optional(),
	}),
	async run({ parameters, output, warning, error, progress }) {
		${wait}
		const { environment, machines, WebhookData: call } = parameters
		const version: string = call?.RequestBody ? JSON.parse(call.RequestBody).release.tag_name : parameters.version
		output(\`Deploying \${version} to \${environment}.\`)
		for (let machine = 1; machine <= machines; machine++) {
			progress({ activity: 'Deploying', status: \`machine \${machine} of \${machines}\`, percentComplete: Math.min(64, 16 * machine) })
			await wait(machine > 4 ? 600 : 0.7)
			output(\`web-\${machine} is healthy on \${version}.\`)
			if (machine === 3) warning('web-3 took 2 restarts to become healthy.')
			if (machine === 4 && version === '1.4.1') return
			if (version.startsWith('0.')) {
				error('The health check of web-1 fails.')
				throw new Error('The release was rolled back: web-1 answers 500.')
			}
		}
		output({ deployed: machines, version })
	},
})
`,
	backup: `import { defineRunbook, z } from 'runhook'

export default defineRunbook({
	description: 'Backs the database up.',
	schedule: { cron: '30 2 * * *', timeZone: 'Europe/Berlin' },
	parameters: z.object({ database: z.string().default('orders') }),
	run({ parameters, output }) {
		output(\`\${parameters.database} is backed up: 4.2 GB.\`)
	},
})
`,
	'rotate-keys': `import { defineRunbook } from 'runhook'

export default defineRunbook({
	description: 'Rotates the keys of the storage accounts.',
	schedule: { cron: '0 6 * * 1', timeZone: 'Europe/Berlin' },
	run({ output }) {
		output('Rotated.')
	},
})
`,
	'watch-queue': `import { defineRunbook } from 'runhook'

export default defineRunbook({
	description: 'Watches a queue until it is empty.',
	concurrency: 1,
	async run({ output, signal }) {
		output('100 messages left.')
		await new Promise((resolve) => signal.addEventListener('abort', resolve))
	},
})
`,
}

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
const staging = { environment: 'staging' }

export const exampleWebhooks = [
	{
		...{ name: 'deploy-staging', runbook: 'deploy', expiryTime: inDays(18), description: 'GitHub, on every release' },
		...{ parameters: { ...staging, version: '1.4.2' }, concurrency: 1 },
	},
	{ name: 'deploy-production', runbook: 'deploy', expiryTime: inDays(220), parameters: { environment: 'production', version: '0.9.0' } },
	{ name: 'backup-now', runbook: 'backup', expiryTime: inDays(3) },
]
