# What each library is made of, folder by folder. A new operation, layer or loss adds one word here.
set(DG_SAMPLING)

set(DG_FRAMEWORK
  tensor/allocator.cpp
  tensor/backend.cpp
  tensor/parallel.cpp
  tensor/shape.cpp
  tensor/tensor.cpp
  tensor/cpu/reference.cpp
  tensor/cuda/none.cpp
  autograd/backward.cpp
  autograd/gradcheck.cpp
  autograd/var.cpp
  autograd/ops/add.cpp
  autograd/ops/arfa.cpp
  autograd/ops/column_sum.cpp
  autograd/ops/concat.cpp
  autograd/ops/conv2d.cpp
  autograd/ops/l2_normalize.cpp
  autograd/ops/matmul.cpp
  autograd/ops/max_pool.cpp
  autograd/ops/maxout.cpp
  autograd/ops/pairwise.cpp
  autograd/ops/reshape.cpp
  autograd/ops/scale.cpp
  autograd/ops/softmax_cross_entropy.cpp
  autograd/ops/sum.cpp
  losses/joint.cpp
  losses/l2_softmax.cpp
  losses/lifted_structured.cpp
  losses/margin.cpp
  losses/pair_selection.cpp
)

# float only: everything that makes the CPU device fast
set(DG_FAST_CPU)

set(DG_PROGRAM)

set(DG_APPS)
