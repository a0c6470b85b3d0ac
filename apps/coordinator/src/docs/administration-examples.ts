/**
 * Examples of the routes by which a coordinator is administered: keys, the audit, four eyes, escalation, policies and jobs that are looked up before they are
 * changed. Ids are those that the answers before name.
 */

const ID = '0199c2a0-7c1e-7a0b-9c55-0242ac120009';
const JSON_TYPE = "-H 'content-type: application/json'";

export const administrationExamples: Readonly<Record<string, string>> = {
  me: 'curl -s localhost:4100/v1/me',
  makeKey: `curl -s localhost:4100/v1/keys ${JSON_TYPE} -d '{ "principal": "grafana", "role": "viewer" }'`,
  listKeys: 'curl -s localhost:4100/v1/keys',
  revokeKey: `curl -s localhost:4100/v1/keys/${ID}/revoke ${JSON_TYPE} -d '{ "reason": "it was in a screenshot" }'`,
  listAudit: "curl -s 'localhost:4100/v1/audit?gid=order-77&limit=20'",
  auditHead: 'curl -s localhost:4100/v1/audit/head',
  verifyAudit: 'curl -s localhost:4100/v1/audit/verify',
  listApprovals: "curl -s 'localhost:4100/v1/approvals?state=pending'",
  showApproval: `curl -s localhost:4100/v1/approvals/${ID}`,
  approve: `curl -s localhost:4100/v1/approvals/${ID}/approve ${JSON_TYPE} \\
  -d '{ "comment": "the bank has said so on the phone" }'`,
  reject: `curl -s localhost:4100/v1/approvals/${ID}/reject ${JSON_TYPE} -d '{ "comment": "the bank knows nothing of it" }'`,
  listApprovalRules: 'curl -s localhost:4100/v1/approval-rules',
  demandApproval: `curl -s localhost:4100/v1/approval-rules ${JSON_TYPE} -d '{ "action": "force", "role": "operator" }'`,
  demandNoApproval: `curl -s localhost:4100/v1/approval-rules/force/operator/remove ${JSON_TYPE} -d '{ "reason": "one of us is ill" }'`,
  listEscalationRules: 'curl -s localhost:4100/v1/escalation-rules',
  putEscalationRule: `curl -s localhost:4100/v1/escalation-rules ${JSON_TYPE} -d '{
  "name": "parked", "kind": "parked", "severity": "critical", "url": "https://hooks.pager.example/assent",
  "repeatMs": 900000, "escalationUrl": "https://hooks.pager.example/boss", "escalateMs": 3600000 }'`,
  testEscalationRule: `curl -s localhost:4100/v1/escalation-rules/parked/test ${JSON_TYPE} -d '{}'`,
  listRuleDeliveries: 'curl -s localhost:4100/v1/escalation-rules/parked/deliveries',
  removeEscalationRule: `curl -s localhost:4100/v1/escalation-rules/parked/remove ${JSON_TYPE} -d '{ "reason": "the pager is gone" }'`,
  listAlerts: "curl -s 'localhost:4100/v1/alerts?state=open'",
  acknowledgeAlert: `curl -s localhost:4100/v1/alerts/${ID}/acknowledge ${JSON_TYPE} -d '{ "comment": "I am at it" }'`,
  retirePolicy: `curl -s localhost:4100/v1/policies/night/retire ${JSON_TYPE} -d '{ "reason": "standard will do" }'`,
  retryJob: `curl -s localhost:4100/v1/jobs/${ID}/retry ${JSON_TYPE} -d '{ "reason": "the contract is mended" }'`,
  listAlertDeliveries: `curl -s localhost:4100/v1/alerts/${ID}/deliveries`,
};
