"""What happens to models told to webhooks: written down with the change, and sent until it is heard.

    events.py     what a version's move says, in the forms of EventBridge and SNS
    outbox.py     deliveries as rows: written in the transaction of the change, claimed, tried again, given up
    bucket_events.py   what happens to objects, told to topics that buckets name
    function_results.py   how events of functions ended, told to topics that functions name
    sender.py     the thread that sends what is due
    summary.py   deliveries counted by topic, and the last failure of each
    tables.py     the table `deliveries`

Only the operator's file says to whom (docs/decisions/0397).
"""
