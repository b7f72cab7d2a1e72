// Azure's own schemas for metrics, older than the common one:
// https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-non-common-schema-definitions (metric alerts),
// https://learn.microsoft.com/azure/azure-monitor/autoscale/autoscale-webhook-email (autoscale)

import type { Message, Reading } from './alert.ts'
import { conditionOf } from './condition.ts'
import { instantsOf } from './instant.ts'
import { listOf, member, objectOf, textOf, textsOf } from './json-member.ts'
import { dimensionsOf, machinesInDimensions } from './machines.ts'
import { severityOf } from './severity.ts'

/** Reads an alert on metrics with static or dynamic thresholds. */
export function readMetricAlert({ body }: Message): Reading {
	const data = member(body, 'data')
	const context = objectOf(member(data, 'context'))
	return {
		...readContext(context, member(data, 'status')),
		// Absent in payloads of 2018.
		severity: severityOf(member(context, 'severity')),
		properties: objectOf(member(data, 'properties') ?? member(context, 'properties')),
		...machinesInDimensions(dimensionsOf(member(context, 'condition'))),
	}
}

/** Reads a classic metric alert, the kind that has no schemaId. */
export function readClassicMetricAlert({ body }: Message): Reading {
	return { ...readContext(member(body, 'context'), member(body, 'status')), properties: objectOf(member(body, 'properties')) }
}

/** Reads what autoscale tells of an action that it took. */
export function readAutoscale({ body }: Message): Reading {
	const context = objectOf(member(body, 'context'))
	return {
		...readContext(context, 'Activated'),
		subkind: textOf(member(body, 'operation')),
		description: textOf(member(context, 'details')),
		properties: objectOf(member(body, 'properties')),
	}
}

function readContext(context: unknown, status: unknown): Reading {
	const condition = conditionOf(status)
	return {
		subkind: textOf(member(context, 'conditionType')),
		resourceIds: textsOf(listOf(member(context, 'resourceId'))),
		condition,
		rules: [textOf(member(context, 'name'))],
		...instantsOf(condition, member(context, 'timestamp')),
		description: textOf(member(context, 'description')),
	}
}
