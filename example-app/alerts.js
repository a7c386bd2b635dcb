import express from 'express';

const MOST_ALERTS = 20;

/** Makes the route that shows the last alerts; with `ALERT_WEBHOOK` they are posted to a chat as well. */
export function alertsRouter(speech) {
  const alerts = [];
  speech.on('alert', (alert) => {
    alerts.unshift(alert);
    alerts.splice(MOST_ALERTS);
  });
  const router = express.Router();
  router.get('/', (_request, response) => {
    response.json({ alerts });
  });
  return router;
}
