// Alerts in Azure Monitor's common alert schema, which serves all of its services:
// https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-common-schema

import type { Message, Reading } from './alert.ts'
import { conditionOf } from './condition.ts'
import { instantOf } from './instant.ts'
import { type JsonObject, listOf, member, objectOf, textOf, textsOf, wordOf } from './json-member.ts'
import { dimensionsOf, labelledIds, machinesInDimensions } from './machines.ts'
import { severityOf } from './severity.ts'

/** Reads an alert of the common schema. */
export function readCommonAlert({ body }: Message): Reading {
	const data = member(body, 'data')
	const essentials = objectOf(member(data, 'essentials'))
	const context = objectOf(member(data, 'alertContext'))
	const ended = isOfActivityLog(essentials) && conditionOf(member(context, 'status')) === 'resolved'
	const resolvedAt = instantOf(member(essentials, 'resolvedDateTime'))
	return {
		subkind: textOf(member(essentials, 'monitoringService')),
		// null in alerts of costs.
		resourceIds: textsOf(listOf(member(essentials, 'alertTargetIDs'))),
		// Service Health says Fired also when a problem has ended, and Resolved only in its own event.
		condition: ended ? 'resolved' : conditionOf(member(essentials, 'monitorCondition')),
		severity: severityOf(member(essentials, 'severity')),
		rules: [textOf(member(essentials, 'alertRule'))],
		firedAt: instantOf(member(essentials, 'firedDateTime')),
		resolvedAt: ended ? (resolvedAt ?? instantOf(member(context, 'eventTimestamp'))) : resolvedAt,
		description: textOf(member(essentials, 'description')),
		properties: propertiesOf(data, essentials),
		...machinesIn(essentials, context),
	}
}

/** Services whose alerts carry an event of the activity log. The documents and the API spell them in different ways. */
function isOfActivityLog(essentials: JsonObject): boolean {
	const service = wordOf(member(essentials, 'monitoringService'))
	if (service.startsWith('activitylog') || service === 'servicehealth' || service === 'resourcehealth') return true
	return wordOf(member(essentials, 'signalType')) === 'activitylog'
}

/** Metric and log alerts repeat the custom properties in their context, and older ones have them only there. An event's own are no custom ones. */
function propertiesOf(data: unknown, essentials: JsonObject): JsonObject {
	const custom = objectOf(member(data, 'customProperties'))
	if (Object.keys(custom).length > 0 || isOfActivityLog(essentials)) return custom
	return objectOf(member(data, 'alertContext', 'properties'))
}

function machinesIn(essentials: JsonObject, context: JsonObject): Pick<Reading, 'machineIds' | 'machineNames' | 'configurationItems'> {
	// Log alerts of the first version have their dimensions beside the condition.
	const dimensions = [...dimensionsOf(member(context, 'condition')), ...listOf(member(context, 'Dimensions'))]
	const { machineIds, machineNames } = machinesInDimensions(dimensions)
	const isOfCosts = wordOf(member(essentials, 'monitoringService')) === 'costalerts'
	return {
		machineIds: [
			...machineIds,
			member(context, 'authorization', 'scope'),
			member(context, 'properties', 'entity'),
			...labelledIds(member(context, 'labels')),
		],
		machineNames: [...machineNames, member(context, 'properties', 'compromisedEntity')],
		// An alert of costs has the word "budgets" for an item.
		configurationItems: isOfCosts
			? []
			: [...listOf(member(essentials, 'configurationItems')), ...listOf(member(context, 'AffectedConfigurationItems'))],
	}
}
