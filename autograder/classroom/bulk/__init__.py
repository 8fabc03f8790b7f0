"""How is a whole class graded: in parallel, in parts on several machines, stopped and continued, always the same bytes?

=============  ==================================================
`settings`     what an instructor decides: due dates, what is excused
`grading`      one submission becomes a record and its feedback
`running`      all of them, over the cores of the machine
`shards`       a part of them on each of several machines, then merged
=============  ==================================================
"""
