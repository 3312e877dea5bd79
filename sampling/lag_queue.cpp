#include "sampling/lag_queue.h"

#include <algorithm>
#include <utility>

#include "sampling/check.h"

namespace dg {
namespace {
constexpr const char* where = "lag_queue";
}

LagQueue::LagQueue(int lag) : lag_(lag) { demand(lag >= 0, where, "lag must be at least 0, got ", lag); }

void LagQueue::push(std::int64_t step, Observation seen) {
  demand(step == next_step(), where, "the next step to push is ", next_step(), ", got ", step);
  demand(seen.classes.size() == seen.doppelgangers.size(), where, "each class needs one doppelganger, got ",
         seen.classes.size(), " classes and ", seen.doppelgangers.size(), " doppelgangers");
  waiting_.push_back(std::move(seen));
}

void LagQueue::deliver(std::int64_t batch, DoppelgangerList& list) {
  demand(batch >= 0, where, "batch must be at least 0, got ", batch);
  const std::int64_t known = std::max<std::int64_t>(batch - lag_, 0);  // batch may know steps 0..known-1
  demand(known >= delivered_, where, "batch ", batch, " must not know step ", delivered_ - 1,
         ", but the list does: batches are built in order");
  demand(known <= next_step(), where, "batch ", batch, " must know step ", known - 1, ", but step ",
         next_step(), " has not been pushed yet");
  for (; delivered_ < known; ++delivered_) {
    list.observe_classes(waiting_.front().classes, waiting_.front().doppelgangers);
    waiting_.pop_front();
  }
}

State LagQueue::save() const {
  StateWriter out("DGLQ");
  out.put(std::int32_t{lag_});
  out.put(delivered_);
  out.put(static_cast<std::uint64_t>(waiting_.size()));
  for (const Observation& seen : waiting_) {
    out.put(seen.classes);
    out.put(seen.doppelgangers);
  }
  return std::move(out).finish();
}

void LagQueue::load(std::span<const std::uint8_t> state) {
  StateReader in(state, "DGLQ");
  LagQueue loaded(in.get<std::int32_t>());
  demand(loaded.lag_ == lag_, where, "the saved queue has lag ", loaded.lag_, ", this one ", lag_);
  loaded.delivered_ = in.get<std::int64_t>();
  demand(loaded.delivered_ >= 0, where, "the saved queue has delivered ", loaded.delivered_, " steps");
  for (auto left = in.get<std::uint64_t>(); left > 0; --left) {
    Observation seen;
    seen.classes = in.get_vector<ClassId>();
    seen.doppelgangers = in.get_vector<ClassId>();
    loaded.push(loaded.next_step(), std::move(seen));
  }
  in.finish();
  *this = std::move(loaded);
}

}  // namespace dg
