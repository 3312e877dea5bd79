# What each library is made of, folder by folder. A new operation, layer or loss adds one word here.
set(DG_SAMPLING)

set(DG_FRAMEWORK)

# float only: everything that makes the CPU device fast
set(DG_FAST_CPU)

set(DG_PROGRAM)

set(DG_APPS)
