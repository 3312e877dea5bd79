# What each library is made of, folder by folder. A new operation, layer or loss adds one word here.
set(DG_SAMPLING
  sampling/batch_sampler.cpp
  sampling/class_counts.cpp
  sampling/doppelganger_list.cpp
  sampling/doppelganger_sampler.cpp
  sampling/identity_index.cpp
  sampling/lag_queue.cpp
  sampling/list_health.cpp
  sampling/observation.cpp
  sampling/urn.cpp
)

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
  autograd/ops/reshape.cpp
  autograd/ops/sum.cpp
  layers/conv2d.cpp
  layers/dilated_branches.cpp
  layers/face_resnet.cpp
  layers/linear.cpp
  layers/lsuv.cpp
  layers/orthonormal.cpp
  layers/residual_block.cpp
  layers/statistics.cpp
  optim/nesterov_sgd.cpp
  optim/sgdr.cpp
)

# float only: everything that makes the CPU device fast
set(DG_FAST_CPU)

set(DG_PROGRAM
  data/augmentation.cpp
  data/class_folder.cpp
  data/exif.cpp
  data/file_bytes.cpp
  data/jpeg.cpp
  data/loader.cpp
  data/photo_set.cpp
  data/photo_store.cpp
  data/resize.cpp
  data/split.cpp
)

set(DG_APPS)
