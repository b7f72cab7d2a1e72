import { hash } from 'node:crypto'
import type { AuditStore } from '../audit/audit-store.ts'
import { type Clock, repeatedly } from '../clock.ts'
import { StartError } from '../errors.ts'
import { fileStamp } from '../file-stamp.ts'
import { WEBHOOKS_FILE_CHECK_INTERVAL, WEBHOOKS_FILE_RETRY_INTERVAL_MAX } from '../limits.ts'
import type { Log } from '../log.ts'
import type { RunbookCatalog } from '../runbooks/runbook-catalog.ts'
import { type AppliedFiles, supersededText } from './applied-files.ts'
import { applyPlan, declarationFaults, planReconcile, type ReconcilePlan } from './reconcile-webhooks.ts'
import type { Webhook } from './webhook.ts'
import type { WebhookStore } from './webhook-store.ts'
import { readWebhooksFile, type WebhookEntry } from './webhooks-file.ts'

type FileParts = {
	file: string
	webhooks: WebhookStore
	audit: Pick<AuditStore, 'append'>
	runbooks: RunbookCatalog
	/** Where several runners have a file each. */
	appliedFiles?: AppliedFiles | undefined
	clock: Clock
	log: Log
}

type Parts = FileParts & {
	/** Told each newly issued token once. */
	issued: (webhook: Webhook, token: string) => void
}

/** Throws a StartError when webhooks.json is not there or has a fault that shows without looking at runbooks: before these take their time. */
export function checkWebhooksFile({ file, clock }: Pick<FileParts, 'file' | 'clock'>): void {
	const read = readWebhooksFile(file, clock.now())
	if (read.kind === 'faulty') throw faultOf(file, read.faults)
}

function faultOf(file: string, faults: string[]): StartError {
	return new StartError(`${file} has a fault. ${faults.join(' ')}`)
}

/**
 * Throws a StartError when webhooks.json has a fault. Else what it switches off or no longer declares is so from now on:
 * before any call is taken and any job runs. New webhooks have to wait until the address of their URLs is known.
 */
export async function enforceWebhooksFile(parts: FileParts): Promise<void> {
	const outcome = await planAlone(parts, async (planned) => {
		if ('faults' in planned) throw faultOf(parts.file, planned.faults)
		await applyPlan({ ...planned.plan, create: [], refused: [] }, { ...parts, now: parts.clock.now(), issued: () => undefined })
	})
	if (outcome === 'superseded') parts.log.warn('webhooks.json is not applied', { reason: supersededText })
}

/**
 * Brings the store in line with webhooks.json, now and at every change of the file.
 * A fault is logged, and the last good file stays in force; what cannot be applied is tried again until it can.
 */
export async function watchWebhooksFile(parts: Parts): Promise<AsyncDisposable> {
	const { file, log } = parts
	let inForce = ''
	/** Resolves with why the file is not in force; '' when it is. */
	const reconcile = async (): Promise<string> => {
		try {
			const outcome = await planAlone(parts, async (planned) => {
				if ('faults' in planned) throw new Error(planned.faults.join(' '))
				if (planned.text === inForce) return
				// No file is in force while this one is half applied: should it stay so, the one before has to be applied again.
				inForce = ''
				await applyPlan(planned.plan, { ...parts, now: parts.clock.now() })
				inForce = planned.text
			})
			return outcome === 'superseded' ? supersededText : ''
		} catch (error) {
			return (error as Error).message
		}
	}
	let stamp: string | undefined
	let told = ''
	let retryTime = 0
	let pause = WEBHOOKS_FILE_CHECK_INTERVAL
	const look = async (): Promise<void> => {
		const found = await fileStamp(file)
		const isDue = told !== '' && parts.clock.now() >= retryTime
		if (found === stamp && !isDue) return
		pause = found === stamp ? Math.min(pause * 2, WEBHOOKS_FILE_RETRY_INTERVAL_MAX) : WEBHOOKS_FILE_CHECK_INTERVAL
		retryTime = parts.clock.now() + pause
		// Taken before the file is read, so that a change while it is read and applied is seen at the next look.
		stamp = found
		const reason = await reconcile()
		if (reason !== '' && reason !== told) log.error('webhooks.json cannot be applied; the last good one stays in force', { reason })
		told = reason
	}
	await look()
	// Looked at in intervals: notices of the system get lost where editors replace the file, on network drives and in containers.
	return repeatedly(look, { clock: parts.clock, interval: WEBHOOKS_FILE_CHECK_INTERVAL })
}

type Planned = { text: string; plan: ReconcilePlan } | { faults: string[] }

/** Plans and does something with the plan, alone among the runners that have a file each. */
async function planAlone(parts: FileParts, act: (planned: Planned) => Promise<void>): Promise<'applied' | 'superseded'> {
	const { file, appliedFiles, clock } = parts
	const read = readWebhooksFile(file, clock.now())
	const plan = async () => act(read.kind === 'faulty' ? read : await planEntries(parts, read))
	if (appliedFiles && read.kind !== 'faulty') return appliedFiles.apply(hash('sha256', read.text), plan)
	await plan()
	return 'applied'
}

/** What the file asks for, compared with the store; or its faults. */
async function planEntries({ webhooks, runbooks }: FileParts, read: { text: string; entries: WebhookEntry[] }): Promise<Planned> {
	const plan = planReconcile(read.entries, await webhooks.list())
	const faults = await declarationFaults(read.entries, plan.create, runbooks)
	return faults.length > 0 ? { faults } : { text: read.text, plan }
}
