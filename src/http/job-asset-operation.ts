import { z } from 'zod'
import type { AssetStore } from '../assets/asset-store.ts'
import type { JobStore } from '../jobs/job-store.ts'
import { type Operation, operation, refuse } from './operation.ts'
import { timeSchema, timeText } from './wire.ts'

const usesSchema = z.object({
	value: z.array(
		z
			.object({
				kind: z.enum(['variable', 'credential']),
				name: z.string(),
				access: z.enum(['read', 'write']),
				source: z.enum(['store', 'environment', 'file']).describe('Where the value came from.'),
				firstTime: timeSchema,
				lastTime: timeSchema,
				useCount: z.int(),
			})
			.meta({ id: 'JobAsset' }),
	),
})

/** Beyond Azure: which assets a job has used, and when. */
export function jobAssetOperation({ jobs, assets }: { jobs: Pick<JobStore, 'get'>; assets: Pick<AssetStore, 'uses'> }): Operation {
	return operation(
		{
			operationId: 'Job_ListAssets',
			action: 'jobs/assets/read',
			method: 'get',
			path: '/jobs/{job}/assets',
			summary: 'List the variables and credentials that a job has used, by the time of the first use.',
			answers: { 200: { description: 'The uses.', schema: usesSchema } },
		},
		async ({ names }) => {
			const job = await jobs.get(names.job!)
			if (!job) return refuse('NotFound', `There is no job '${names.job!.slice(0, 128)}'.`)
			const uses = await assets.uses(job.jobId)
			const value = uses.map((use) => ({ ...use, firstTime: timeText(use.firstTime), lastTime: timeText(use.lastTime) }))
			return { status: 200, json: { value } }
		},
	)
}
