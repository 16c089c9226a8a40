"""CloudFormation's template language: read, checked, ordered and resolved. Pure values, no stack and no call.

reading.py     a text, JSON or YAML, to plain values
template.py    those values to a template, its sections checked
parameters.py  what a stack is given, held to what its template declares
references.py  which names a value mentions
functions.py   Ref, Fn::GetAtt, Fn::Sub and the others, to what they stand for
graph.py       in which order resources are made
states.py      the states of stacks and resources
"""
