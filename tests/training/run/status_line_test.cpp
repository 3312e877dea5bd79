#include "training/run/status_line.h"

#include <gtest/gtest.h>

#include <cmath>

#include "console.h"

namespace dg {
namespace {

class StatusLineTest : public testing::Test {
 protected:
  std::string printed() const { return console_.text(); }

  const Console console_;
  double now_ = 1000;
  const StatusLine::Clock clock_ = [this] { return now_; };
};

TEST_F(StatusLineTest, OnATerminalItIsDrawnInPlaceFiveTimesASecond) {
  {
    StatusLine status(console_.get(), StatusLine::Mode::terminal, clock_);
    status.show("one");
    now_ += 0.1;
    EXPECT_FALSE(status.due());
    status.show("too soon");
    status.note("a message");
    status.note("another");
    now_ += 0.11;
    EXPECT_TRUE(status.due());
    status.show("two");
    now_ += 1;
    status.show("three");
  }
  EXPECT_EQ(printed(), "one\r\x1b[Ka message\nanother\ntwo\r\x1b[Kthree\n");
}

TEST_F(StatusLineTest, InAFileItIsALineAMinuteWithoutControlCodes) {
  {
    StatusLine status(console_.get(), StatusLine::Mode::automatic, clock_);
    for (int second = 0; second <= 121; ++second) {
      status.show(std::to_string(second));
      now_ += 1;
    }
    status.note("a \x1b[31mmessage");
  }
  EXPECT_EQ(printed(), "0\n60\n120\na \\x1b[31mmessage\n");
}

TEST_F(StatusLineTest, WhatBeginsAnewIsShownAtOnce) {
  StatusLine status(console_.get(), StatusLine::Mode::file, clock_);
  status.show("initialising");
  status.show("not yet");
  status.begin_anew();
  status.show("step 1");
  status.show("step 2");
  EXPECT_EQ(printed(), "initialising\nstep 1\n");
}

TEST_F(StatusLineTest, OffMeansMessagesAlone) {
  {
    StatusLine status(console_.get(), StatusLine::Mode::off, clock_);
    EXPECT_FALSE(status.due());
    status.show("one");
    status.note("only this");
  }
  EXPECT_EQ(printed(), "only this\n");
}

TEST_F(StatusLineTest, ALongLineIsCutToTheConsole) {
  StatusLine status(console_.get(), StatusLine::Mode::terminal, clock_);
  status.show(std::string(200, 'x'));
  EXPECT_EQ(printed().size(), 119u);  // no terminal: 120 columns
}

TEST_F(StatusLineTest, AnErasedLineIsGone) {
  StatusLine status(console_.get(), StatusLine::Mode::terminal, clock_);
  status.show("half done");
  status.erase();
  EXPECT_EQ(printed(), "half done\r\x1b[K");
}

}  // namespace
}  // namespace dg
