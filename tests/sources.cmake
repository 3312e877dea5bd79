set(TEST_SAMPLING
  sampling/class_counts_test.cpp
  sampling/doppelganger_list_test.cpp
  sampling/doppelganger_sampler_test.cpp
  sampling/draw_photos_test.cpp
  sampling/foreign_trainer_test.cpp
  sampling/identity_index_test.cpp
  sampling/lag_queue_test.cpp
  sampling/list_health_test.cpp
  sampling/observation_test.cpp
  sampling/sampler_distribution_test.cpp
  sampling/urn_test.cpp
)

set(TEST_F64
  autograd/gradcheck_test.cpp
  autograd/in_place_test.cpp
)

set(TEST_GRADIENTS
  gradients/arfa_test.cpp
  gradients/l2_normalize_test.cpp
)

set(TEST_F32)
