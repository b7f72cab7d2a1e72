import type { Webhook } from './answers.ts'
import { ask, pathOf } from './api.ts'
import { Await, Essentials, PageHead, Status, Time } from './parts/basics.tsx'
import { Deliveries } from './parts/deliveries.tsx'
import { expiringState } from './parts/expiring-state.ts'
import { JobInput } from './parts/job-input.tsx'
import { useLoaded } from './parts/loaded.ts'
import { Tabs } from './parts/tabs.tsx'
import { WebhookCommands } from './parts/webhook-commands.tsx'
import { href } from './route.ts'
import { may } from './session.ts'
import { callCounts } from './webhooks.tsx'
import { countText } from './words.ts'

/** One webhook: what it is bound to, what guards it, and what came. */
export function WebhookPage({ name }: { name: string }) {
	const loaded = useLoaded(() => ask<Webhook>(pathOf('webhooks', name)), name, 5_000)
	const webhook = loaded.value
	return (
		<>
			<PageHead title={name} kind="Webhook">
				{webhook && <WebhookCommands webhook={webhook} onChange={loaded.reload} />}
			</PageHead>
			<Await of={loaded}>{(shown) => <WebhookContent webhook={shown} />}</Await>
		</>
	)
}

function WebhookContent({ webhook }: { webhook: Webhook }) {
	const { properties } = webhook
	const counts = useLoaded(callCounts, '', 10_000)
	const counted = counts.value?.get(webhook.name)
	const tabs = [
		...(may('webhooks/deliveries/read') ? [{ title: 'Deliveries', content: <Deliveries webhook={webhook} /> }] : []),
		{ title: 'Parameters', content: <JobInput parameters={properties.parameters ?? {}} /> },
		{ title: 'Protection', content: <Essentials of={protectionsOf(webhook)} /> },
	]
	return (
		<>
			<section class="card">
				<Essentials
					of={[
						['Status', <Status key="status" of={expiringState(webhook)} />],
						[
							'Runbook',
							<a key="runbook" href={href('runbooks', properties.runbook.name)}>
								{properties.runbook.name}
							</a>,
						],
						['Expires', <Time key="expires" of={properties.expiryTime} />],
						['Last triggered', <Time key="last" of={properties.lastInvokedTime} none="Never" />],
						['Calls in 7 days', counted && `${countText(counted.accepted)} accepted, ${countText(counted.refused)} refused`],
						['Created', <Time key="created" of={properties.creationTime} />],
						['Declared in', properties.origin === 'file' ? 'webhooks.json' : 'the API'],
						[
							'Jobs',
							<a key="jobs" href={href('jobs', undefined, { webhook: webhook.name })}>
								Jobs it started
							</a>,
						],
						['Description', properties.description],
					]}
				/>
			</section>
			<Tabs label="About the webhook" tabs={tabs} />
		</>
	)
}

function protectionsOf({ properties }: Webhook): [string, string][] {
	const { isTokenRequired, signature, entraId, allowedAddresses, rateLimit, bodyBytesMax, protectionMode } = properties
	const text = (value: unknown, none: string) => (value === null ? none : JSON.stringify(value))
	return [
		['Token', isTokenRequired ? 'The URL holds it' : 'Not needed'],
		['Signature', text(signature, 'Not checked')],
		['Entra ID', text(entraId, 'Not asked for')],
		['Addresses', allowedAddresses === null ? 'Any' : allowedAddresses.join(', ')],
		['Rate', text(rateLimit, 'No limit of its own')],
		['Body', bodyBytesMax === null ? 'Up to 512 KiB' : `Up to ${bodyBytesMax} bytes`],
		['Mode', protectionMode === 'observe' ? 'Observe: told, not refused' : 'Enforce'],
	]
}
