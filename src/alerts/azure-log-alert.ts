// Log search alerts in the schema before the common one, and notifications of budgets:
// https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-log-webhook,
// https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-non-common-schema-definitions

import type { Message, Reading } from './alert.ts'
import { instantOf } from './instant.ts'
import { hasMembers, listOf, member, textOf, textsOf } from './json-member.ts'
import { machinesInDimensions } from './machines.ts'
import { severityOf } from './severity.ts'

/** Reads a log search alert. Application Insights puts it into `data`, Log Analytics does not. */
export function readLogAlert({ body }: Message): Reading {
	const log = hasMembers(body, 'AlertRuleName') ? body : member(body, 'data')
	return {
		subkind: textOf(member(log, 'AlertType')),
		resourceIds: textsOf(listOf(member(log, 'ResourceId'))),
		// There is no message for its end.
		condition: 'fired',
		severity: severityOf(member(log, 'Severity')),
		rules: [textOf(member(log, 'AlertRuleName'))],
		firedAt: instantOf(member(log, 'SearchIntervalEndtimeUtc')),
		description: textOf(member(log, 'Description')),
		...machinesInDimensions(listOf(member(log, 'Dimensions'))),
		configurationItems: listOf(member(log, 'AffectedConfigurationItems')),
	}
}

/** Reads what a budget tells when its threshold is passed. */
export function readBudget({ body }: Message): Reading {
	return { condition: 'fired', rules: [textOf(member(body, 'data', 'BudgetName'))] }
}
