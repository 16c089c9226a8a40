"""Figures as people watch them: metrics, expressions over them, dashboards, and alarms that call somebody."""
